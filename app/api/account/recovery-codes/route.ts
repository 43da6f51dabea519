import { sendDueMail } from '@/lib/server/mail/delivery';
import { json } from '@/lib/server/routes/answer';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { securityProblem } from '@/lib/server/routes/step-up-answer';
import { renewRecoveryCodes } from '@/lib/server/security/renew-recovery-codes';

export * from '@/lib/server/routes/other-methods';

export const POST = changeRoute('POST /api/account/recovery-codes', {}, async ({ facts }, signer) => {
  const renewed = await renewRecoveryCodes(signer, facts);
  if (!renewed.ok) return securityProblem(signer, renewed.code);
  sendDueMail();
  return json({ codes: renewed.value });
});
