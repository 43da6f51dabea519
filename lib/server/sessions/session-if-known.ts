import 'server-only';
import { unstable_rethrow } from 'next/navigation';
import type { AccessClaims } from '@/lib/core/token/claims';
import { log } from '@/lib/server/observability/logger';
import { findSession } from './current-user';

/**
 * The session, for parts of a page that merely look different with one. While the database does not answer, so that it is
 * not known whether there is one, they show what a visitor sees, so that the front pages stand without a database. It guards
 * nothing: pages that need a session ask `requireUser`.
 */
export async function sessionIfKnown(): Promise<AccessClaims | null> {
  try {
    return await findSession();
  } catch (error) {
    // Next steers by exceptions of its own, which are no trouble.
    unstable_rethrow(error);
    log.error('page.session_unknown', { error });
    return null;
  }
}
