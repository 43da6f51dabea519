import { setPendingCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { endpoints } from '@/lib/server/routes/endpoints';
import { backToForm } from '@/lib/server/routes/form-paths';
import { registerBody } from '@/lib/server/routes/request-schemas';
import { json, publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { register } from '@/lib/server/sign-up/register';

const form = { success: () => '/verify-email', failure: backToForm.bind(null, '/register') };

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = endpoints({
  POST: publicRoute({ body: registerBody, form }, async ({ body, facts }) => {
    const registered = await register({ ...body, facts });
    if (!registered.ok) return attemptProblem(registered);
    await setPendingCookie(registered.value.sealed);
    sendDueMail();
    return json({ status: 'verification_sent' }, 202);
  }),
});
