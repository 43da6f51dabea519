import { changeEmail } from '@/lib/server/account/change-email';
import { setPendingCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { json, problem } from '@/lib/server/routes/answer';
import { changeEmailBody, UNCHANGED_EMAIL } from '@/lib/server/routes/request-schemas';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { stepUpRequired } from '@/lib/server/routes/step-up-answer';

export * from '@/lib/server/routes/other-methods';

export const POST = changeRoute('POST /api/account/email', { body: changeEmailBody }, async (call, signer) => {
  const begun = await changeEmail(signer, call.body.email, call.facts);
  if (begun.ok) {
    await setPendingCookie(begun.value);
    sendDueMail();
    return json({ status: 'verification_sent' }, 202);
  }
  switch (begun.code) {
    case 'unchanged':
      return problem('validation_failed', { errors: [UNCHANGED_EMAIL] });
    case 'step_up_required':
      return stepUpRequired(signer);
    case 'email_change_recent':
      return problem('email_change_recent');
    case 'overloaded':
      return attemptProblem({ code: begun.code });
    case 'too_many_attempts':
      return attemptProblem(begun);
  }
});
