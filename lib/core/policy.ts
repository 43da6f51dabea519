import { days, type EpochSeconds, hours, minutes } from './time';
import { MAX_ACCESS_TTL_SECONDS } from './token/access-token';

/** How long sessions live. */
export type SessionPolicy = {
  /** Without a refresh for so long, a remembered session is over. */
  readonly idleSeconds: number;
  /** A remembered session is over then, however often it was used. */
  readonly absoluteSeconds: number;
  /** A token that was current within so long is still answered. */
  readonly graceSeconds: number;
  readonly accessTtlSeconds: number;
};

/** A session that the browser forgets when it closes ends after half a day, used or not. */
export const BROWSER_SESSION_SECONDS = hours(12);

/** Live sessions of one account; a login beyond it ends the oldest. */
export const MAX_LIVE_SESSIONS = 100;

/**
 * How long a revocation is kept and published: the longest access life that can be set, and a minute for clocks. Not
 * derived from today's setting: lowering that must not make revoked tokens good again.
 */
export const REVOCATION_RETENTION_SECONDS = MAX_ACCESS_TTL_SECONDS + minutes(1);

/** `lastSeenAt` is shown in steps of this: a thief must not learn when the owner refreshes. */
export const LAST_SEEN_STEP_SECONDS = minutes(5);

export const CEREMONY_SECONDS = minutes(10);
export const MAX_CODE_TRIES = 5;

/** How long an ended or outlived session's row is kept for its owner to look at. */
export const SESSION_RETENTION_SECONDS = days(30);

export type SessionLifetime = { readonly idleSeconds: number; readonly absoluteSeconds: number };

/** The two lifetimes of a new session. Without `remember`, idle and absolute are the same half day. */
export function sessionLifetime(policy: SessionPolicy, remember: boolean): SessionLifetime {
  if (remember) return { idleSeconds: policy.idleSeconds, absoluteSeconds: policy.absoluteSeconds };
  const seconds = Math.min(BROWSER_SESSION_SECONDS, policy.absoluteSeconds);
  return { idleSeconds: seconds, absoluteSeconds: seconds };
}

/** The time shown for `seenAt`: rounded down. */
export const roundLastSeen = (seenAt: EpochSeconds): EpochSeconds =>
  Math.floor(seenAt / LAST_SEEN_STEP_SECONDS) * LAST_SEEN_STEP_SECONDS;
