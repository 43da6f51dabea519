import 'server-only';
import type { AccessClaims } from '@/lib/core/token/claims';
import { hashSessionSecret, type RefreshToken } from '@/lib/core/token/refresh-token';
import { ourCookie } from '@/lib/server/http/cookies';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { authenticate } from './current-user';
import { endSessions } from './ending';
import { openRefreshToken } from './tokens';

/**
 * Ends the session of the person who signs out. With an `Authorization` header no cookie is read. Without a token that is
 * good there is nothing to end. Throws when the database does not answer: then the person is not signed out, and must
 * not be told so.
 */
export async function signOut(headers: Headers, facts: RequestFacts): Promise<void> {
  const presented = headers.has('authorization') ? null : await openRefreshToken(await ourCookie(headers, 'refresh'));
  const readClaims = async () => {
    const found = await authenticate(headers);
    return found.ok ? found.value : null;
  };
  await endPresentedSession(presented, readClaims, facts);
}

/**
 * Ends the session that a token proves: any refresh token of it, also one that was rotated long ago, else the access
 * token whose claims `readClaims` gives. Having one of them is enough; without either nothing ends, at no statement.
 */
export async function endPresentedSession(
  presented: RefreshToken | null,
  readClaims: () => Promise<AccessClaims | null>,
  facts: RequestFacts,
): Promise<void> {
  const ending = { reason: 'signed_out', audit: 'signed_out', facts } as const;
  if (presented !== null) {
    const secretHash = await hashSessionSecret(presented.secret);
    await endSessions({ sessionId: presented.sessionId, secretHash }, ending);
    return;
  }
  const claims = await readClaims();
  if (claims !== null) await endSessions({ sessionId: claims.sid, userId: claims.sub }, ending);
}
