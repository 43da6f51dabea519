import { PUBLISH_AHEAD_SECONDS, RETIRED_KEY_SECONDS } from '../policy';
import { days, type EpochSeconds } from '../time';
import type { SigningAlgorithm } from './signing-key';

export type KeySlot = 'current' | 'next' | null;

/** The dates of a signing key, as stored. */
export type SigningKeyDates = {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly slot: KeySlot;
  readonly createdAt: EpochSeconds;
  readonly promotedAt: EpochSeconds | null;
  readonly retiredAt: EpochSeconds | null;
  readonly expiresAt: EpochSeconds | null;
};

/**
 * `next`: published, waits until all who verify know it. `ready`: may sign from now on. `current`: signs. `retired`:
 * signs no more, its tokens are good. `gone`: published no more. `until` is the end of that state; null: none is set.
 */
export type KeyState = {
  readonly name: 'next' | 'ready' | 'current' | 'retired' | 'gone';
  readonly since: EpochSeconds;
  readonly until: EpochSeconds | null;
};

/** When a next key may be promoted. */
export const readyAt = ({ createdAt }: Pick<SigningKeyDates, 'createdAt'>): EpochSeconds =>
  createdAt + PUBLISH_AHEAD_SECONDS;

/** How long a key that stops signing at `retiredAt` stays published. */
export const publishedUntil = (retiredAt: EpochSeconds): EpochSeconds => retiredAt + RETIRED_KEY_SECONDS;

/** Where in its life a signing key is at `now`: *publish → sign → retire → gone*. */
export function keyState(key: SigningKeyDates, now: EpochSeconds): KeyState {
  const { slot, createdAt, promotedAt, retiredAt, expiresAt } = key;
  if (expiresAt !== null && expiresAt <= now) return { name: 'gone', since: expiresAt, until: null };
  if (slot === 'current') return { name: 'current', since: promotedAt ?? createdAt, until: null };
  if (slot === null) return { name: 'retired', since: retiredAt ?? createdAt, until: expiresAt };
  const ready = readyAt(key);
  return ready <= now ? { name: 'ready', since: ready, until: null } : { name: 'next', since: createdAt, until: ready };
}

/** Whether the next key should take over by itself: `waiting` when it should and may not yet. */
export type RotationDue = 'off' | 'not_due' | 'waiting' | 'due';

/** When the current key has signed for `everyDays`; null when rotation is by hand only, or there is no current key. */
export function rotationDueAt(keys: readonly SigningKeyDates[], everyDays: number): EpochSeconds | null {
  const current = keys.find(({ slot }) => slot === 'current');
  if (everyDays <= 0 || current === undefined) return null;
  return (current.promotedAt ?? current.createdAt) + days(everyDays);
}

/** What automatic rotation should do at `now`. `everyDays` 0: nothing, ever. */
export function rotationDue(keys: readonly SigningKeyDates[], everyDays: number, now: EpochSeconds): RotationDue {
  if (everyDays <= 0) return 'off';
  const dueAt = rotationDueAt(keys, everyDays);
  if (dueAt !== null && dueAt > now) return 'not_due';
  const next = keys.find(({ slot }) => slot === 'next');
  return next !== undefined && readyAt(next) <= now ? 'due' : 'waiting';
}
