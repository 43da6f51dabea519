import { recordAfterAnswer } from '@/lib/server/audit/after-answer';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { askForReset } from '@/lib/server/recovery/forgot-password';
import { json } from '@/lib/server/routes/answer';
import { backWithTyped } from '@/lib/server/routes/kept-fields';
import { forgotPasswordBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';

export * from '@/lib/server/routes/other-methods';

const form = { success: () => '/forgot-password?sent=1', failure: backWithTyped('/forgot-password') };

export const POST = publicRoute(
  'POST /api/auth/forgot-password',
  { body: forgotPasswordBody, form },
  async ({ body, facts }) => {
    const asked = await askForReset(body.email, facts);
    if (!asked.ok) return attemptProblem(asked);
    recordAfterAnswer('password_reset_requested', asked.value.knownUserId, facts);
    sendDueMail();
    return json({ status: 'reset_sent' }, 202);
  },
);
