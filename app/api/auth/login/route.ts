import { withNext } from '@/lib/core/http/safe-redirect';
import { ourCookie, setInvitationCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import type { ApiAnswer } from '@/lib/server/routes/answer';
import { type FormFields, nextOf } from '@/lib/server/routes/form-answer';
import { backWithTyped } from '@/lib/server/routes/kept-fields';
import { loginBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, isSecondStep, secondStepAnswer, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { login } from '@/lib/server/sign-in/login';

export * from '@/lib/server/routes/other-methods';

const form = {
  success: (fields: FormFields, answer: ApiAnswer) =>
    isSecondStep(answer) ? withNext('/login/mfa', nextOf(fields)) : nextOf(fields),
  failure: backWithTyped('/login'),
};

export const POST = publicRoute('POST /api/auth/login', { body: loginBody, form }, async ({ request, body, facts }) => {
  const deviceCookie = await ourCookie(request.headers, 'device');
  const refreshCookie = await ourCookie(request.headers, 'refresh');
  const signedIn = await login({ ...body, facts, deviceCookie, refreshCookie });
  if (!signedIn.ok) return attemptProblem(signedIn);
  if (signedIn.value.kind === 'due' || signedIn.value.isNoticed) sendDueMail();
  if (signedIn.value.kind === 'signed_in' && signedIn.value.isInvited) {
    await setInvitationCookie(signedIn.value.signedIn.user.id);
  }
  return signedIn.value.kind === 'due' ? secondStepAnswer(signedIn.value) : signInAnswer(signedIn.value.signedIn);
});
