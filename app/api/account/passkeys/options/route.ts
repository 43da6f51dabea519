import { json } from '@/lib/server/routes/answer';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { securityProblem } from '@/lib/server/routes/step-up-answer';
import { offerPasskey } from '@/lib/server/security/add-passkey';

export * from '@/lib/server/routes/other-methods';

export const POST = changeRoute('POST /api/account/passkeys/options', {}, async (_call, signer) => {
  const offered = await offerPasskey(signer);
  return offered.ok ? json(offered.value) : securityProblem(signer, offered.code);
});
