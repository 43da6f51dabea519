import 'server-only';
import { keyState, readyAt, rotationDue, type SigningKeyDates } from '@/lib/core/keys/key-lifecycle';
import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import type { EpochSeconds } from '@/lib/core/time';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db, type Transaction } from '@/lib/server/database/client';
import {
  type PreparedKey,
  prepareKey,
  promote,
  release,
  signingKeyDates,
  storeKey,
  underKeyLock,
} from './signing-key-store';

export type NamedKey = { readonly kid: string; readonly algorithm: SigningAlgorithm };

/** A key that waits for its turn, and when it may sign. */
export type WaitingKey = NamedKey & { readonly readyAt: EpochSeconds };

/** What a change of keys came to. `now` is the database's clock. */
export type RotationOutcome = { readonly now: EpochSeconds } & (
  | {
      readonly kind: 'rotated';
      readonly promoted: NamedKey;
      readonly retired: (NamedKey & { readonly publishedUntil: EpochSeconds }) | null;
      readonly next: WaitingKey;
    }
  /** Nothing changed: a verifier may not know the next key yet. */
  | { readonly kind: 'too_early'; readonly next: WaitingKey }
  /** The next key never signed and left; another one, perhaps of another algorithm, waits in its place. */
  | { readonly kind: 'next_replaced'; readonly withdrawn: NamedKey; readonly next: WaitingKey }
);

export type RetirementOutcome =
  | RotationOutcome
  | { readonly kind: 'unknown_key' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'already_retired'; readonly publishedUntil: EpochSeconds | null };

export type RevocationOutcome =
  | { readonly kind: 'unknown_key' }
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'revoked';
      readonly now: EpochSeconds;
      readonly revoked: NamedKey;
      /** The key that signs instead, if the revoked one was the current one. */
      readonly promoted: NamedKey | null;
      /** The new next key, if the revoked one was current or next. */
      readonly next: WaitingKey | null;
    };

/** A transaction that holds the key lock, the keys as it found them, and keys made before it began. */
type Change = {
  readonly tx: Transaction;
  readonly now: EpochSeconds;
  readonly keys: readonly SigningKeyDates[];
  readonly take: (algorithm: SigningAlgorithm) => Promise<PreparedKey>;
};

/**
 * The next key signs from now on, if it has been published for long enough; the current one retires; another one, of
 * `algorithm` or else of the same as the next, is published. Where the next key is of another algorithm than asked for,
 * it is replaced instead: `next_replaced` says from when calling again rotates. Callers take turns.
 */
export function rotateKeys({ algorithm }: { algorithm?: SigningAlgorithm } = {}): Promise<RotationOutcome> {
  return change(algorithm, (state) => rotate(state, algorithm));
}

/**
 * Rotates if the current key has signed for `everyDays`. Decided under the lock: of two callers at once, one rotates.
 *
 * @param everyDays 0: never.
 */
export async function rotateWhenDue(everyDays: number): Promise<'rotated' | 'not_due' | 'waiting' | 'off'> {
  if (everyDays <= 0) return 'off';
  const [row] = await db().$queryRaw<{ now: number }[]>`SELECT extract(epoch FROM now())::float8 AS now`;
  const seen = rotationDue(await signingKeyDates(), everyDays, row?.now ?? 0);
  if (seen !== 'due') return seen;
  return change(undefined, async (state) => {
    const due = rotationDue(state.keys, everyDays, state.now);
    if (due !== 'due') return due;
    return (await rotate(state)).kind === 'rotated' ? 'rotated' : 'waiting';
  });
}

/** Makes a key stop signing. Its tokens stay good; a next key has none and leaves at once. */
export function retireKey(kid: string): Promise<RetirementOutcome> {
  return change<RetirementOutcome>(undefined, async (state) => {
    const key = state.keys.find((one) => one.kid === kid);
    if (key === undefined) return { kind: 'unknown_key' };
    const { name, until } = keyState(key, state.now);
    if (name === 'gone') return { kind: 'gone' };
    if (name === 'retired') return { kind: 'already_retired', publishedUntil: until };
    return name === 'current' ? rotate(state) : replaceNext(state, key, key.algorithm);
  });
}

/**
 * In an emergency: the key leaves the key set at once and its tokens with it. If it signed, the next key takes over,
 * however new it is: verifiers that do not know it yet ask for the key set again.
 */
export function revokeKey(kid: string): Promise<RevocationOutcome> {
  return change<RevocationOutcome>(undefined, async (state) => {
    const { tx, now, keys, take } = state;
    const key = keys.find((one) => one.kid === kid);
    if (key === undefined) return { kind: 'unknown_key' };
    if (keyState(key, now).name === 'gone') return { kind: 'gone' };
    await release(tx, kid, 'at_once', now);
    await audit(tx, 'key_revoked', key);
    const revoked = named(key);
    if (key.slot === null) return { kind: 'revoked', now, revoked, promoted: null, next: null };
    if (key.slot === 'next') {
      const next = await storeKey(tx, await take(key.algorithm), 'next', now);
      return { kind: 'revoked', now, revoked, promoted: null, next: waiting(next) };
    }
    const successor = await nextKey(state);
    await promote(tx, successor.kid, now);
    await audit(tx, 'key_promoted', successor);
    const next = await storeKey(tx, await take(successor.algorithm), 'next', now);
    return { kind: 'revoked', now, revoked, promoted: named(successor), next: waiting(next) };
  });
}

async function rotate(state: Change, algorithm?: SigningAlgorithm): Promise<RotationOutcome> {
  const { tx, now, keys, take } = state;
  const next = await nextKey(state, algorithm);
  if (algorithm !== undefined && next.algorithm !== algorithm) return replaceNext(state, next, algorithm);
  if (readyAt(next) > now) return { kind: 'too_early', now, next: waiting(next) };
  const current = keys.find(({ slot }) => slot === 'current');
  let retired = null;
  if (current !== undefined) {
    const publishedUntil = await release(tx, current.kid, 'with_its_last_token', now);
    await audit(tx, 'key_withdrawn', current);
    retired = { ...named(current), publishedUntil };
  }
  await promote(tx, next.kid, now);
  await audit(tx, 'key_promoted', next);
  const following = await storeKey(tx, await take(next.algorithm), 'next', now);
  return { kind: 'rotated', now, promoted: named(next), retired, next: waiting(following) };
}

/** A next key has signed nothing, so it can leave at once. */
async function replaceNext(
  { tx, now, take }: Change,
  key: SigningKeyDates,
  algorithm: SigningAlgorithm,
): Promise<RotationOutcome> {
  await release(tx, key.kid, 'at_once', now);
  await audit(tx, 'key_withdrawn', key);
  const next = await storeKey(tx, await take(algorithm), 'next', now);
  return { kind: 'next_replaced', now, withdrawn: named(key), next: waiting(next) };
}

/** The next key; made here where an operator deleted it by hand. */
async function nextKey({ tx, now, keys, take }: Change, algorithm?: SigningAlgorithm) {
  const stored = keys.find(({ slot }) => slot === 'next');
  return stored ?? storeKey(tx, await take(algorithm ?? 'ES256'), 'next', now);
}

/**
 * Runs `work` under the key lock. The key that it will most likely store is made before, because that may take a second;
 * one that fits nothing any more, because another process was faster, is thrown away.
 */
async function change<T>(algorithm: SigningAlgorithm | undefined, work: (state: Change) => Promise<T>): Promise<T> {
  const seen = (await signingKeyDates()).find(({ slot }) => slot === 'next');
  let prepared: PreparedKey | null = await prepareKey(algorithm ?? seen?.algorithm ?? 'ES256');
  const take = async (wanted: SigningAlgorithm): Promise<PreparedKey> => {
    const key = prepared?.algorithm === wanted ? prepared : await prepareKey(wanted);
    prepared = null;
    return key;
  };
  return underKeyLock(async (tx, now) => work({ tx, now, keys: await signingKeyDates(tx), take }));
}

const audit = (
  tx: Transaction,
  type: 'key_promoted' | 'key_withdrawn' | 'key_revoked',
  { kid, algorithm, slot }: SigningKeyDates,
): Promise<void> => recordAudit({ type, details: { kid, alg: algorithm, was: slot ?? 'retired' } }, tx);

const named = ({ kid, algorithm }: SigningKeyDates): NamedKey => ({ kid, algorithm });
const waiting = (key: SigningKeyDates): WaitingKey => ({ ...named(key), readyAt: readyAt(key) });
