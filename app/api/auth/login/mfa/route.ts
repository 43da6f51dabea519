import { ourCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { backToProof, nextOf } from '@/lib/server/routes/form-answer';
import { secondStepBody } from '@/lib/server/routes/proof-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { finishSignIn } from '@/lib/server/sign-in/second-step';

export * from '@/lib/server/routes/other-methods';

const form = { success: nextOf, failure: backToProof('/login/mfa') };

export const POST = publicRoute('POST /api/auth/login/mfa', { body: secondStepBody, form }, async (call) => {
  const { request, body, facts } = call;
  const pendingCookie = await ourCookie(request.headers, 'pending');
  const refreshCookie = await ourCookie(request.headers, 'refresh');
  const { code = null, mailCode = null } = body;
  const finished = await finishSignIn({ code, mailCode, pendingCookie, refreshCookie, facts });
  sendDueMail();
  return finished.ok ? signInAnswer(finished.value) : attemptProblem(finished);
});
