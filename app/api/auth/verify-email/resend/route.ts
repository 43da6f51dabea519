import { withNext } from '@/lib/core/http/safe-redirect';
import { ourCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { json } from '@/lib/server/routes/answer';
import { backToForm, type FormFields, nextOf } from '@/lib/server/routes/form-answer';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { resendCode } from '@/lib/server/sign-up/resend-code';

export * from '@/lib/server/routes/other-methods';

const form = {
  success: (fields: FormFields) => withNext('/verify-email?sent=1', nextOf(fields)),
  failure: backToForm.bind(null, '/verify-email'),
};

export const POST = publicRoute('POST /api/auth/verify-email/resend', { form }, async ({ request, facts }) => {
  const resent = await resendCode(await ourCookie(request.headers, 'pending'), facts);
  if (!resent.ok) return attemptProblem(resent);
  sendDueMail();
  return json({ status: 'verification_sent' }, 202);
});
