import { sendDueMail } from '@/lib/server/mail/delivery';
import { json } from '@/lib/server/routes/answer';
import { confirmTotpBody } from '@/lib/server/routes/proof-schemas';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { attemptProblem } from '@/lib/server/routes/sign-in-answer';
import { securityProblem } from '@/lib/server/routes/step-up-answer';
import { confirmTotp } from '@/lib/server/security/add-totp';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';

export * from '@/lib/server/routes/other-methods';

export const POST = changeRoute('POST /api/account/totp/confirm', { body: confirmTotpBody }, async (call, signer) => {
  const { ceremony, code: digits } = call.body;
  const confirmed = await confirmTotp({ signer, ceremony, digits, facts: call.facts });
  if (confirmed.ok) {
    await setSessionCookies(confirmed.value.tokens);
    sendDueMail();
    return json({ recoveryCodes: confirmed.value.recoveryCodes });
  }
  switch (confirmed.code) {
    case 'too_many_attempts':
      return attemptProblem(confirmed);
    case 'invalid_code':
      return attemptProblem({ code: confirmed.code });
    default:
      return securityProblem(signer, confirmed.code);
  }
});
