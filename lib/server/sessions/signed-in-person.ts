import 'server-only';
import type { AccessClaims } from '@/lib/core/token/claims';
import { log } from '@/lib/server/observability/logger';
import { findPublicUser } from '@/lib/server/users/user-store';
import { sessionIfKnown } from './session-if-known';

/**
 * As `sessionIfKnown`, for a part of a page that tells a person that they are signed in: null too when that person is
 * deleted or disabled, which a good token cannot know. While the database does not answer, the token's word stands.
 */
export async function sessionOfPerson(): Promise<AccessClaims | null> {
  const session = await sessionIfKnown();
  if (session === null) return null;
  try {
    return (await findPublicUser(session.sub)) === null ? null : session;
  } catch (error) {
    log.error('page.person_unknown', { error });
    return session;
  }
}
