import 'server-only';
import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '@/lib/core/encoding';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { findLiveSession } from '@/lib/server/sessions/resumption';
import { type BegunSession, newSessionIdentity, type SessionIdentity } from '@/lib/server/sessions/start';
import { findPublicUser, type PublicUser } from '@/lib/server/users/user-store';

// A sign-up holds from its beginning, sealed, what its first session will be known by. So the answer that begins that
// session can be given a second time, when it was lost on the way or the button was pressed twice: the same session, and
// the same refresh token, whichever answer the browser reads last.

/** As the sealed token holds it. Absent in sign-ups that version 0.1 began. */
export const sealedSession = z.object({ id: z.string(), secret: z.string() }).optional();
type SealedSession = z.infer<typeof sealedSession>;

/** What the first session of a new sign-up will be known by. */
export function sealedIdentity(): NonNullable<SealedSession> {
  const { id, secret } = newSessionIdentity();
  return { id, secret: toBase64Url(secret) };
}

/** The same, opened; undefined when the sign-up holds none. */
export function openIdentity(sealed: SealedSession): SessionIdentity | undefined {
  const secret = sealed === undefined ? null : fromBase64Url(sealed.secret);
  return sealed === undefined || secret === null ? undefined : { id: sealed.id, secret };
}

/**
 * What finishing the sign-up came to, when that was done less than a minute ago; null when its session is not there or not
 * live any more. The caller has seen the right code.
 */
export async function firstSessionAgain(
  sealed: SealedSession,
  facts: RequestFacts,
): Promise<(Pick<BegunSession, 'session' | 'secret'> & { readonly user: PublicUser }) | null> {
  const identity = openIdentity(sealed);
  const session = identity === undefined ? null : await findLiveSession(identity, facts);
  const user = session === null ? null : await findPublicUser(session.userId);
  return identity === undefined || session === null || user === null
    ? null
    : { user, session, secret: identity.secret };
}
