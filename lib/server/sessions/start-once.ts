import 'server-only';
import { ATTEMPT_REPEAT_SECONDS } from '@/lib/core/policy';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { findLiveSession } from './resumption';
import { type SessionIdentity, type SessionStart, type StartedSession, startSession } from './start';
import { issueTokens } from './tokens';

/**
 * As `startSession`, for a request that may come twice: the second of one minute is answered with the session of the first,
 * if it is the same person's and goes on. Later, or after a sign-out, it begins another one. The caller has proven who it is
 * each time.
 */
export async function startSessionOnce(
  start: SessionStart,
  identity: SessionIdentity | null,
): Promise<StartedSession | null> {
  if (identity === null) return startSession(start);
  try {
    return await startSession({ ...start, identity });
  } catch (error) {
    // The id is taken: by the same form.
    if (!isUniqueViolation(error)) throw error;
  }
  const begun = await findLiveSession(identity, start.facts);
  const isRepeat = begun?.userId === start.userId && begun.now - begun.authenticatedAt <= ATTEMPT_REPEAT_SECONDS;
  return begun !== null && isRepeat
    ? { ...(await issueTokens(begun, identity.secret)), isNoticed: false }
    : startSession(start);
}
