import 'server-only';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { findLiveSession } from '@/lib/server/sessions/resumption';
import { openIdentity, type SealedIdentity, sealedIdentitySchema } from '@/lib/server/sessions/sealed-identity';
import type { BegunSession, SessionIdentity } from '@/lib/server/sessions/start';
import { findPublicUser, type PublicUser } from '@/lib/server/users/user-store';

// A sign-up holds from its beginning, sealed, what its first session will be known by. So the answer that begins that
// session can be given a second time, when it was lost on the way or the button was pressed twice: the same session, and
// the same refresh token, whichever answer the browser reads last.

/** As the sealed sign-up holds it. Absent in sign-ups that version 0.1 began. */
export const sealedSession = sealedIdentitySchema.optional();

/** What the first session will be known by; null when the sign-up holds none. */
export const firstIdentity = (sealed: SealedIdentity | undefined): SessionIdentity | null =>
  sealed === undefined ? null : openIdentity(sealed);

/**
 * What finishing the sign-up came to, when that was done less than a minute ago; null when its session is not there or not
 * live any more. The caller has seen the right code.
 */
export async function firstSessionAgain(
  sealed: SealedIdentity | undefined,
  facts: RequestFacts,
): Promise<(Pick<BegunSession, 'session' | 'secret'> & { readonly user: PublicUser }) | null> {
  const identity = firstIdentity(sealed);
  const session = identity === null ? null : await findLiveSession(identity, facts);
  const user = session === null ? null : await findPublicUser(session.userId);
  return identity === null || session === null || user === null ? null : { user, session, secret: identity.secret };
}
