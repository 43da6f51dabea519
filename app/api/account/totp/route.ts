import { sendDueMail } from '@/lib/server/mail/delivery';
import { json } from '@/lib/server/routes/answer';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { securityProblem, succeededSilently } from '@/lib/server/routes/step-up-answer';
import { offerTotp } from '@/lib/server/security/add-totp';
import { removeTotp } from '@/lib/server/security/remove-factor';

export * from '@/lib/server/routes/other-methods';

export const POST = changeRoute('POST /api/account/totp', {}, async (_call, signer) => {
  const offered = await offerTotp(signer);
  if (!offered.ok) return securityProblem(signer, offered.code);
  const { ceremony, key: secret, uri, qr } = offered.value;
  return json({ ceremony, secret, uri, qr });
});

export const DELETE = changeRoute('DELETE /api/account/totp', {}, async ({ request, facts }, signer) => {
  const mayBeLast = request.nextUrl.searchParams.get('last') === 'true';
  const removed = await removeTotp({ signer, mayBeLast, facts });
  if (!removed.ok) return securityProblem(signer, removed.code);
  sendDueMail();
  return succeededSilently(removed.value);
});
