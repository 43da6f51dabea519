import 'server-only';
import { utf8 } from '@/lib/core/encoding';
import { type KeySlot, publishedUntil, type SigningKeyDates } from '@/lib/core/keys/key-lifecycle';
import { generateSigningKey, isSigningAlgorithm, type SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { wrapSecret } from '@/lib/core/keys/wrapping';
import { type EpochSeconds, fromDate } from '@/lib/core/time';
import { db, type Transaction } from '@/lib/server/database/client';
import type { Prisma } from '@/lib/server/database/generated/prisma/client';
import { randomBytes } from './random';
import { rootSecrets } from './root-secrets';

/** A signing key that exists in this process only, its private part encrypted already. */
export type PreparedKey = Omit<Prisma.KeyCreateInput, 'slot'> & { readonly algorithm: SigningAlgorithm };

/** Names the advisory lock that everything which changes keys takes in turn. The number has no meaning. */
const KEY_LOCK_ID = 7_263_001n;
/** A key may have to be made inside after all; an RSA key takes seconds on a slow machine. */
const TIMEOUT_MS = 30_000;

/**
 * Runs `work` in a transaction while no other process changes keys. `now` is the database's clock after the wait for the lock:
 * what a key's dates are counted from. PGlite's advisory locks exclude no one, but its transactions run one by one.
 */
export async function underKeyLock<T>(
  work: (tx: Transaction, now: EpochSeconds) => Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  return db().$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${KEY_LOCK_ID})`;
      const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
      if (row === undefined) throw new Error('The database did not tell the time');
      return work(tx, fromDate(row.now));
    },
    { timeout: timeoutMs, maxWait: TIMEOUT_MS },
  );
}

/** A fresh key pair. Takes up to seconds for RS256: call it before a transaction. */
export async function prepareKey(algorithm: SigningAlgorithm): Promise<PreparedKey> {
  const { kid, privateJwk, publicJwk } = await generateSigningKey(algorithm);
  const secret = utf8(JSON.stringify(privateJwk));
  const wrapped = await wrapSecret(secret, await rootSecrets(), { purpose: 'signing', id: kid }, randomBytes);
  return { id: kid, purpose: 'signing', algorithm, publicJwk: { ...publicJwk }, ...wrapped };
}

/** Stores a prepared key, published from now on; as `current` it signs from now on. */
export async function storeKey(
  tx: Transaction,
  key: PreparedKey,
  slot: 'current' | 'next',
  now: EpochSeconds,
): Promise<SigningKeyDates> {
  const createdAt = toDate(now);
  const row = await tx.key.create({
    data: { ...key, slot, createdAt, promotedAt: slot === 'current' ? createdAt : null },
    select: DATES,
  });
  return toDates(row);
}

/** `next` signs from now on. The slot must be free. */
export async function promote(tx: Transaction, kid: string, now: EpochSeconds): Promise<void> {
  const data = { slot: 'current', promotedAt: toDate(now) };
  await tx.key.update({ where: { id: kid }, data, select: { id: true } });
}

/** The key signs no more. It stays published as long as a token of it may live, or leaves `at_once`. */
export async function release(
  tx: Transaction,
  kid: string,
  leaves: 'with_its_last_token' | 'at_once',
  now: EpochSeconds,
): Promise<EpochSeconds> {
  const until = leaves === 'at_once' ? now : publishedUntil(now);
  const data = { slot: null, retiredAt: toDate(now), expiresAt: toDate(until) };
  await tx.key.update({ where: { id: kid }, data, select: { id: true } });
  return until;
}

const DATES = {
  id: true,
  algorithm: true,
  slot: true,
  createdAt: true,
  promotedAt: true,
  retiredAt: true,
  expiresAt: true,
} as const;

/** All signing keys that are stored, those that left included, until cleaning deletes them; the newest first. */
export async function signingKeyDates(tx: Transaction = db()): Promise<SigningKeyDates[]> {
  const rows = await tx.key.findMany({
    where: { purpose: 'signing' },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    select: DATES,
  });
  return rows.map(toDates);
}

type DatesRow = Prisma.KeyGetPayload<{ select: typeof DATES }>;

function toDates({ id, algorithm, slot, createdAt, promotedAt, retiredAt, expiresAt }: DatesRow): SigningKeyDates {
  if (!isSigningAlgorithm(algorithm)) throw new Error(`Signing key ${id} has no algorithm that we know`);
  return {
    kid: id,
    algorithm,
    slot: slotOf(slot),
    createdAt: fromDate(createdAt),
    promotedAt: fromNullable(promotedAt),
    retiredAt: fromNullable(retiredAt),
    expiresAt: fromNullable(expiresAt),
  };
}

const slotOf = (text: string | null): KeySlot => (text === 'current' || text === 'next' ? text : null);
const fromNullable = (date: Date | null): EpochSeconds | null => (date === null ? null : fromDate(date));
const toDate = (at: EpochSeconds): Date => new Date(at * 1_000);
