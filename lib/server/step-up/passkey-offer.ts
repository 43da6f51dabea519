import 'server-only';
import { toBase64Url } from '@/lib/core/encoding';
import { fail, type Result } from '@/lib/core/failures';
import type { AccessClaims } from '@/lib/core/token/claims';
import { db } from '@/lib/server/database/client';
import type { SessionKind } from '@/lib/server/database/generated/prisma/client';
import { offerRequest, type RequestOffer } from '@/lib/server/factors/passkey-options';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { isSignedIn } from './guard';

type Row = { kind: SessionKind; credentialId: Uint8Array | null; transports: string[] | null };

/**
 * Asks a person who is signed in for one of their passkeys, in this session. As the guard of every change, in one statement:
 * `unauthenticated` when the session is over or the person disabled, `forbidden` for programs.
 */
export async function offerStepUp(
  { sub, sid }: Pick<AccessClaims, 'sub' | 'sid'>,
  facts: Pick<RequestFacts, 'ip'>,
): Promise<Result<RequestOffer, 'passkeys_unavailable' | 'unauthenticated' | 'forbidden'>> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT s.kind::text AS kind, k."credentialId", k.transports
    FROM "Session" s JOIN "User" u ON u.id = s."userId" LEFT JOIN "Passkey" k ON k."userId" = u.id
    WHERE ${isSignedIn({ sub, sid }, facts)} ORDER BY k."createdAt", k.id`;
  const [session] = rows;
  if (session === undefined) return fail('unauthenticated');
  if (session.kind !== 'browser') return fail('forbidden');
  const passkeys = rows.flatMap(({ credentialId, transports }) =>
    credentialId === null ? [] : [{ id: toBase64Url(credentialId), transports: transports ?? [] }],
  );
  return offerRequest('passkey-step-up', { sub, sid }, passkeys);
}
