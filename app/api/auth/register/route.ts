import { backToForm } from '@/lib/server/auth/form-paths';
import { register } from '@/lib/server/auth/register';
import { registerBody } from '@/lib/server/auth/request-schemas';
import { attemptProblem } from '@/lib/server/auth/sign-in-answer';
import { endpoints } from '@/lib/server/endpoints';
import { sendDueMail } from '@/lib/server/mail-delivery';
import { setPendingCookie } from '@/lib/server/response-cookies';
import { json, publicRoute } from '@/lib/server/route-handler';

const form = { success: () => '/verify-email', failure: backToForm.bind(null, '/register') };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ body: registerBody, form }, async ({ body, client }) => {
    const registered = await register({ ...body, client });
    if (!registered.ok) return attemptProblem(registered);
    await setPendingCookie(registered.value.sealed);
    sendDueMail();
    return json({ status: 'verification_sent' }, 202);
  }),
});
