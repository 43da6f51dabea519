import { readCookie } from '@/lib/core/http/cookies';
import { HOME_PATH } from '@/lib/core/http/safe-redirect';
import { backToForm } from '@/lib/server/auth/form-paths';
import { verifyEmailBody } from '@/lib/server/auth/request-schemas';
import { attemptProblem, signInAnswer } from '@/lib/server/auth/sign-in-answer';
import { verifyEmail } from '@/lib/server/auth/verify-email';
import { endpoints } from '@/lib/server/endpoints';
import { ourCookieNames } from '@/lib/server/response-cookies';
import { publicRoute } from '@/lib/server/route-handler';

const form = { success: () => HOME_PATH, failure: backToForm.bind(null, '/verify-email') };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ body: verifyEmailBody, form }, async ({ request, body, client }) => {
    const cookies = request.headers.get('cookie');
    const names = ourCookieNames();
    const pendingCookie = readCookie(cookies, names.pending);
    const refreshCookie = readCookie(cookies, names.refresh);
    const verified = await verifyEmail({ code: body.code, pendingCookie, refreshCookie, client });
    return verified.ok ? signInAnswer(verified.value) : attemptProblem(verified);
  }),
});
