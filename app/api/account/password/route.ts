import { changePassword } from '@/lib/server/account/change-password';
import { env } from '@/lib/server/config/env';
import { ourCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { problem } from '@/lib/server/routes/answer';
import { changePasswordBody, passwordChangeFault } from '@/lib/server/routes/request-schemas';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { stepUpRequired, succeededSilently } from '@/lib/server/routes/step-up-answer';

export * from '@/lib/server/routes/other-methods';

export const POST = changeRoute('POST /api/account/password', { body: changePasswordBody }, async (call, signer) => {
  const { body, facts, request } = call;
  const { newPassword, currentPassword = null } = body;
  const deviceCookie = await ourCookie(request.headers, 'device');
  const changed = await changePassword({ signer, currentPassword, newPassword, facts, deviceCookie });
  if (changed.ok) {
    sendDueMail();
    return succeededSilently(changed.value);
  }
  switch (changed.code) {
    case 'step_up_required':
      return stepUpRequired(signer);
    case 'too_many_attempts':
      return attemptProblem(changed);
    case 'invalid_credentials':
    case 'overloaded':
      return attemptProblem({ code: changed.code });
    default:
      return problem('validation_failed', { errors: [passwordChangeFault(changed.code, env().passwordMinLength)] });
  }
});
