import { sendDueMail } from '@/lib/server/mail/delivery';
import { json, problem } from '@/lib/server/routes/answer';
import { renamePasskeyBody } from '@/lib/server/routes/passkey-schemas';
import { changeRoute } from '@/lib/server/routes/route-handler';
import { securityProblem, succeededSilently } from '@/lib/server/routes/step-up-answer';
import { readPasskeyId, renamePasskey } from '@/lib/server/security/passkey-list';
import { removePasskey } from '@/lib/server/security/remove-factor';

export * from '@/lib/server/routes/other-methods';

export const PATCH = changeRoute(
  'PATCH /api/account/passkeys/[id]',
  { body: renamePasskeyBody },
  async ({ params, body, facts }, signer) => {
    const id = readPasskeyId((await params)['id']);
    if (id === null) return problem('not_found');
    const renamed = await renamePasskey(signer, id, body.name, facts);
    return renamed.ok ? json({ passkey: renamed.value }) : problem(renamed.code);
  },
);

export const DELETE = changeRoute(
  'DELETE /api/account/passkeys/[id]',
  {},
  async ({ request, params, facts }, signer) => {
    const mayBeLast = request.nextUrl.searchParams.get('last') === 'true';
    const id = readPasskeyId((await params)['id']);
    if (id === null) return problem('not_found');
    const removed = await removePasskey({ signer, id, mayBeLast, facts });
    if (!removed.ok) return securityProblem(signer, removed.code);
    sendDueMail();
    return succeededSilently(removed.value);
  },
);
