import { readCookie } from '@/lib/core/http/cookies';
import { backToForm, nextOf } from '@/lib/server/auth/form-paths';
import { login } from '@/lib/server/auth/login';
import { loginBody } from '@/lib/server/auth/request-schemas';
import { attemptProblem, signInAnswer } from '@/lib/server/auth/sign-in-answer';
import { endpoints } from '@/lib/server/endpoints';
import { ourCookieNames } from '@/lib/server/response-cookies';
import { publicRoute } from '@/lib/server/route-handler';

const form = { success: nextOf, failure: backToForm.bind(null, '/login') };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ body: loginBody, form }, async ({ request, body, client }) => {
    const cookies = request.headers.get('cookie');
    const names = ourCookieNames();
    const deviceCookie = readCookie(cookies, names.device);
    const signedIn = await login({ ...body, client, deviceCookie, refreshCookie: readCookie(cookies, names.refresh) });
    return signedIn.ok ? signInAnswer(signedIn.value) : attemptProblem(signedIn);
  }),
});
