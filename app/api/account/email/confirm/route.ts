import { confirmEmail } from '@/lib/server/account/confirm-email';
import { deletePendingCookie, ourCookie, setDeviceCookie } from '@/lib/server/http/cookies';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { json } from '@/lib/server/routes/answer';
import { verifyEmailBody } from '@/lib/server/routes/request-schemas';
import { personRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';

export * from '@/lib/server/routes/other-methods';

export const POST = personRoute('POST /api/account/email/confirm', { body: verifyEmailBody }, async (call) => {
  const { request, session, body, facts } = call;
  const pendingCookie = await ourCookie(request.headers, 'pending');
  const confirmed = await confirmEmail({ session, code: body.code, pendingCookie, facts });
  if (!confirmed.ok) return attemptProblem(confirmed);
  const { user, tokens, knownDevice } = confirmed.value;
  await setSessionCookies(tokens);
  await setDeviceCookie(knownDevice);
  await deletePendingCookie();
  sendDueMail();
  return json({ user });
});
