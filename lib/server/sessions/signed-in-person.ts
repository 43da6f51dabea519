import 'server-only';
import type { AccessClaims } from '@/lib/core/token/claims';
import { log } from '@/lib/server/observability/logger';
import { findPublicUser, type PublicUser } from '@/lib/server/users/user-store';
import { sessionIfKnown } from './session-if-known';

/** Somebody signed in; `user` is null while it cannot be read. */
export type SignedInPerson = { readonly session: AccessClaims; readonly user: PublicUser | null };

/**
 * As `sessionIfKnown`, for a part of a page that tells a person that they are signed in: null too when that person is
 * deleted or disabled, which a good token cannot know. While the database does not answer, the token's word stands.
 */
export async function sessionOfPerson(): Promise<SignedInPerson | null> {
  const session = await sessionIfKnown();
  if (session === null) return null;
  try {
    const user = await findPublicUser(session.sub);
    return user === null ? null : { session, user };
  } catch (error) {
    log.error('page.person_unknown', { error });
    return { session, user: null };
  }
}
