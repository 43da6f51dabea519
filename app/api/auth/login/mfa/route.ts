import { ourCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { backToProof, nextOf } from '@/lib/server/routes/form-answer';
import { PASSKEY_BODY_BYTES } from '@/lib/server/routes/passkey-schemas';
import { secondStepBody } from '@/lib/server/routes/proof-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { finishByPasskey } from '@/lib/server/sign-in/passkey-step';
import { finishSignIn } from '@/lib/server/sign-in/second-step';

export * from '@/lib/server/routes/other-methods';

const form = { success: nextOf, failure: backToProof('/login/mfa') };

const options = { body: secondStepBody, maxBodyBytes: PASSKEY_BODY_BYTES, form };

export const POST = publicRoute('POST /api/auth/login/mfa', options, async ({ request, body, facts }) => {
  const pendingCookie = await ourCookie(request.headers, 'pending');
  const refreshCookie = await ourCookie(request.headers, 'refresh');
  const browser = { pendingCookie, refreshCookie, facts };
  const finished =
    body.kind === 'passkey'
      ? await finishByPasskey({ ...body, ...browser })
      : await finishSignIn({ ...body, ...browser });
  sendDueMail();
  return finished.ok ? signInAnswer(finished.value) : attemptProblem(finished);
});
