import { readCookie } from '@/lib/core/http/cookies';
import { HOME_PATH } from '@/lib/core/http/safe-redirect';
import { ourCookieNames } from '@/lib/server/http/cookies';
import { endpoints } from '@/lib/server/routes/endpoints';
import { backToForm } from '@/lib/server/routes/form-paths';
import { verifyEmailBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { verifyEmail } from '@/lib/server/sign-up/verify-email';

const form = { success: () => HOME_PATH, failure: backToForm.bind(null, '/verify-email') };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ body: verifyEmailBody, form }, async ({ request, body, facts }) => {
    const cookies = request.headers.get('cookie');
    const names = ourCookieNames();
    const pendingCookie = readCookie(cookies, names.pending);
    const refreshCookie = readCookie(cookies, names.refresh);
    const verified = await verifyEmail({ code: body.code, pendingCookie, refreshCookie, facts });
    return verified.ok ? signInAnswer(verified.value) : attemptProblem(verified);
  }),
});
