import { ourCookie } from '@/lib/server/http/cookies';
import { backToForm, nextOf } from '@/lib/server/routes/form-answer';
import { verifyEmailBody } from '@/lib/server/routes/request-schemas';
import { publicRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem, signInAnswer } from '@/lib/server/routes/sign-in-answer';
import { verifyEmail } from '@/lib/server/sign-up/verify-email';

export * from '@/lib/server/routes/other-methods';

const form = { success: nextOf, failure: backToForm.bind(null, '/verify-email') };

export const POST = publicRoute('POST /api/auth/verify-email', { body: verifyEmailBody, form }, async (call) => {
  const { request, body, facts } = call;
  const pendingCookie = await ourCookie(request.headers, 'pending');
  const refreshCookie = await ourCookie(request.headers, 'refresh');
  const verified = await verifyEmail({ code: body.code, pendingCookie, refreshCookie, facts });
  return verified.ok ? signInAnswer(verified.value) : attemptProblem(verified);
});
