import type { EpochSeconds } from '../time';

/** A session as the database holds it, with the database's own `now` beside it. */
export type RotationState = {
  readonly counter: number;
  /** When `counter` last rose; null before the first rotation. */
  readonly rotatedAt: EpochSeconds | null;
  readonly idleExpiresAt: EpochSeconds;
  readonly absoluteExpiresAt: EpochSeconds;
  readonly hasEnded: boolean;
  readonly isUserDisabled: boolean;
};

export type RotationDecision =
  /** No session to go on with. Nothing is written. */
  | { readonly kind: 'refuse' }
  /** Answer with the current refresh token and a fresh access token. Nothing is written. */
  | { readonly kind: 'converge' }
  /** Raise the counter. */
  | { readonly kind: 'rotate'; readonly counter: number }
  /** The database lost writes that we did issue: catch up, raise the counter, tell the audit log. */
  | { readonly kind: 'adopt'; readonly counter: number }
  /** A token that was replaced outside the grace window: a second party holds a copy. End the session. */
  | { readonly kind: 'reuse' };

/**
 * What a refresh token that is genuine (MAC and session secret) is worth, the first rule that fits.
 *
 * Rotation with reuse detection is RFC 9700 §4.14.2. Ours rotates at most once per `graceSeconds`, and within that
 * window the current token and its parent get the same answer. So every token that was current in the window is current
 * or parent, and no race of honest requests can look like reuse as long as each takes less than half of the window
 * (DECISIONS 2).
 */
export function decideRotation(
  state: RotationState,
  presentedCounter: number,
  now: EpochSeconds,
  graceSeconds: number,
): RotationDecision {
  const isOver = state.hasEnded || state.isUserDisabled || now >= state.idleExpiresAt || now >= state.absoluteExpiresAt;
  if (isOver) return { kind: 'refuse' };
  const isWithinGrace = state.rotatedAt !== null && now - state.rotatedAt < graceSeconds;
  const isCurrent = presentedCounter === state.counter;
  const isParent = presentedCounter === state.counter - 1;
  if (isWithinGrace && (isCurrent || isParent)) return { kind: 'converge' };
  if (isCurrent) return { kind: 'rotate', counter: state.counter + 1 };
  if (presentedCounter > state.counter) return { kind: 'adopt', counter: presentedCounter + 1 };
  return { kind: 'reuse' };
}
