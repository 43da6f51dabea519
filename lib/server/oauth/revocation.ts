import 'server-only';
import { fromApiRefreshToken, hashSessionSecret } from '@/lib/core/token/refresh-token';
import { openRefreshToken } from '../auth/session-tokens';
import type { ClientFacts } from '../client-facts';
import { verifyOwnToken } from '../current-user';
import { endSessions } from '../session-ending';
import { knownAudiences } from './audiences';

/**
 * Ends the session that a token belongs to (RFC 7009): any refresh token of it, also one that was rotated long ago, or a
 * valid access token. Having the token is enough. Text that is no token of ours, or no longer good, ends nothing and is
 * no error (§2.2), and costs no statement. Throws when the database does not answer.
 */
export async function revokeToken(token: string, client: ClientFacts): Promise<void> {
  const ending = { reason: 'signed_out', audit: 'signed_out', client } as const;
  const presented = await openRefreshToken(fromApiRefreshToken(token) ?? token);
  if (presented !== null) {
    const secretHash = await hashSessionSecret(presented.secret);
    await endSessions({ sessionId: presented.sessionId, secretHash }, ending);
    return;
  }
  const claims = await verifyOwnToken(token, knownAudiences());
  if (claims !== null) await endSessions({ sessionId: claims.sid, userId: claims.sub }, ending);
}
