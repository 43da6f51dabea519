import { withNext } from '@/lib/core/http/safe-redirect';
import { recordAfterAnswer } from '@/lib/server/audit/after-answer';
import { setPendingCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { json } from '@/lib/server/routes/answer';
import { type FormFields, nextOf } from '@/lib/server/routes/form-answer';
import { backWithTyped } from '@/lib/server/routes/kept-fields';
import { registerBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { register } from '@/lib/server/sign-up/register';

export * from '@/lib/server/routes/other-methods';

const form = {
  success: (fields: FormFields) => withNext('/verify-email', nextOf(fields)),
  failure: backWithTyped('/register'),
};

export const POST = publicRoute('POST /api/auth/register', { body: registerBody, form }, async ({ body, facts }) => {
  const registered = await register({ ...body, facts });
  if (!registered.ok) return attemptProblem(registered);
  await setPendingCookie(registered.value.sealed);
  recordAfterAnswer('sign_up_repeated', registered.value.knownUserId, facts);
  sendDueMail();
  return json({ status: 'verification_sent' }, 202);
});
