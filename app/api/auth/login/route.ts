import { readCookie } from '@/lib/core/http/cookies';
import { ourCookieNames } from '@/lib/server/http/cookies';
import { endpoints } from '@/lib/server/routes/endpoints';
import { backToForm, nextOf } from '@/lib/server/routes/form-paths';
import { loginBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { login } from '@/lib/server/sign-in/login';

const form = { success: nextOf, failure: backToForm.bind(null, '/login') };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ body: loginBody, form }, async ({ request, body, facts }) => {
    const cookies = request.headers.get('cookie');
    const names = ourCookieNames();
    const deviceCookie = readCookie(cookies, names.device);
    const signedIn = await login({ ...body, facts, deviceCookie, refreshCookie: readCookie(cookies, names.refresh) });
    return signedIn.ok ? signInAnswer(signedIn.value) : attemptProblem(signedIn);
  }),
});
