import { env } from '@/lib/server/config/env';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { resetPassword } from '@/lib/server/recovery/reset-password';
import { empty } from '@/lib/server/routes/answer';
import { backToLink } from '@/lib/server/routes/form-answer';
import { refusedPassword, resetPasswordBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';

export * from '@/lib/server/routes/other-methods';

const form = { success: () => '/login?reset=1', failure: backToLink('/reset-password') };

export const POST = publicRoute(
  'POST /api/auth/reset-password',
  { body: resetPasswordBody, form },
  async ({ body, facts }) => {
    const reset = await resetPassword({ ...body, facts });
    if (reset.ok) {
      sendDueMail();
      return empty();
    }
    const { passwordMinLength } = env();
    switch (reset.code) {
      case 'invalid_token':
      case 'overloaded':
        return attemptProblem({ code: reset.code });
      case 'too_many_attempts':
        return attemptProblem(reset);
      default:
        return refusedPassword(reset.code, passwordMinLength);
    }
  },
);
