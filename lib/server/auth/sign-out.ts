import 'server-only';
import { hashSessionSecret } from '@/lib/core/token/refresh-token';
import type { ClientFacts } from '../client-facts';
import { authenticate } from '../current-user';
import { endSessions } from '../session-ending';
import { openRefreshToken } from './session-tokens';

/**
 * Ends the session of whoever wants to leave. With an `Authorization` header no cookie is read. Any refresh token of it will do, also one that was rotated long
 * ago, and so will a valid access token alone; without either there is nothing to end. Throws when the database does not
 * answer: then the person is not signed out, and must not be told so.
 */
export async function signOut(headers: Headers, refreshCookie: string | null, client: ClientFacts): Promise<void> {
  const ending = { reason: 'signed_out', audit: 'signed_out', client } as const;
  const bringsAuthorization = headers.has('authorization');
  const presented = bringsAuthorization ? null : await openRefreshToken(refreshCookie);
  if (presented !== null) {
    const secretHash = await hashSessionSecret(presented.secret);
    await endSessions({ sessionId: presented.sessionId, secretHash }, ending);
    return;
  }
  const session = await authenticate(headers);
  if (session.ok) await endSessions({ sessionId: session.value.sid, userId: session.value.sub }, ending);
}
