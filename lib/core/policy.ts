// Every number that is policy, whatever the settings say. Settings have their defaults in `lib/server/config/settings.ts`.
import { days, type EpochSeconds, hours, minutes } from './time';

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

/** No access token lives longer. The revocation of a session is published so long; a longer token would outlive it. */
export const MAX_ACCESS_TTL_SECONDS = minutes(15);

/**
 * How far ahead `iat` may lie. Times come from the database, verifiers use their own clock; a future `iat` gives an
 * attacker nothing, a strict check gives honest people a login loop. `exp` has no tolerance at all.
 */
export const ISSUED_AHEAD_TOLERANCE_SECONDS = minutes(1);

/**
 * How long a revocation is kept and published: the longest access life that can be set, and a minute for clocks. Not
 * derived from today's setting: lowering that must not make revoked tokens good again.
 */
export const REVOCATION_RETENTION_SECONDS = MAX_ACCESS_TTL_SECONDS + minutes(1);

/** How long a verifier may keep a copy before it asks again: the update interval of Token Status List §13.7. */
export const STATUS_LIST_TTL_SECONDS = 2;

/** The longest that a verifier may choose to go on with its copies while the issuer does not answer. */
export const MAX_STALE_SECONDS = minutes(1);

/** A list that nothing changes is signed anew so often. */
export const STATUS_LIST_RESIGN_SECONDS = 30;

/**
 * How long a signed list is good at all (`exp`, Token Status List §13.7): one that was fetched just before it was to be
 * signed anew must still serve for the longest staleness, by a verifier whose clock is half a minute fast.
 */
export const STATUS_LIST_LIFE_SECONDS = MAX_STALE_SECONDS + STATUS_LIST_RESIGN_SECONDS + 30;

/** How long a cache may keep the key set. A key that was revoked is refused everywhere about so much later. */
export const KEY_SET_MAX_AGE_SECONDS = minutes(1);

/**
 * How long a key is published before it signs: a cache may be full of the old set for its max-age, and a verifier that
 * asked that cache at its end for as long again.
 */
export const PUBLISH_AHEAD_SECONDS = 2 * KEY_SET_MAX_AGE_SECONDS;

/** How long a key is published after it last signed: until its last token is over, whatever the settings say today. */
export const RETIRED_KEY_SECONDS = REVOCATION_RETENTION_SECONDS;

/** `lastSeenAt` is shown in steps of this: a thief must not learn when the owner refreshes. */
export const LAST_SEEN_STEP_SECONDS = minutes(5);

/** How long a ceremony in progress, such as a sign-up that waits for its code, may take. */
export const CEREMONY_SECONDS = minutes(10);

/** How long a proof is recent: whoever proved who they are may change the account so long without another one. */
export const RECENT_SECONDS = minutes(10);

/** After so many failures in a row a right password alone signs nobody in: a code goes to the owner (NIST SP 800-63B-4 §3.2.2). */
export const MAILED_CODE_AFTER_FAILURES = 100;

/** Passkeys of one account: the options of every step-up name them all. */
export const MAX_PASSKEYS = 25;

/** How long after a sign-in a page may offer a passkey: until the first of them can. */
export const INVITATION_SECONDS = minutes(10);

/** How long what was typed waits for the person to sign in again. */
export const DRAFT_SECONDS = minutes(10);

/** Characters of all fields of one form that are kept so. A cookie has to fit into a request's headers. */
export const MAX_DRAFT_CHARACTERS = 2_000;

/** So long after a ceremony was finished its code brings the same answer again, because the first may have been lost. */
export const CEREMONY_REPEAT_SECONDS = minutes(1);

/** How long a login form that is sent a second time means the same sign-in. */
export const ATTEMPT_REPEAT_SECONDS = minutes(1);

/** How long a login form may stay open before it is sent; a later one signs in as well, once for each time. */
export const ATTEMPT_SECONDS = days(1);

/** Wrong codes after which a ceremony is over. */
export const MAX_CODE_TRIES = 5;

/** How long an ended or outlived session's row is kept for its owner to look at. */
export const SESSION_RETENTION_SECONDS = days(30);

/** How long an event is kept, with the network address and user agent in it. Cleaning deletes what is older. */
export const AUDIT_RETENTION_SECONDS = days(180);

/** How long a link that sets a new password is good. NIST SP 800-63B-4 §4.2.1.2 allows a day. */
export const RESET_LINK_SECONDS = minutes(30);

/** How long somebody may say that a change was not theirs: a weekend away from the mailbox. */
export const UNDO_LINK_SECONDS = hours(72);

/** How long an account stays as protected as before, when its second factors are to be reset: time for its owner to object. */
export const FACTOR_RESET_WAIT_SECONDS = hours(24);

/** A reset of second factors that was not used by then is over. The link that stops it is good as long. */
export const FACTOR_RESET_SECONDS = days(8);

/** How long an account that is to be deleted can be kept by its owner: time to notice, for whom it was not. */
export const DELETION_GRACE_SECONDS = days(7);

/** A program that signed in within so long is no new device of its owner. */
export const PROGRAM_KNOWN_SECONDS = days(30);

/** A link that was used or ran out is kept so much longer, for whoever looks into a complaint. */
export const MAIL_LINK_RETENTION_SECONDS = days(30);

/** A mail that could not be sent for so long is given up: what it says is no longer true. Cleaning uses it too. */
export const OUTBOX_RETENTION_SECONDS = days(1);

/**
 * The largest body that passes the middleware: enough for every form, and small because Next holds it in memory before a
 * caller is known. next.config.js says it to Next.
 */
export const MAX_BODY_BYTES = 256 * 1_024;

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
