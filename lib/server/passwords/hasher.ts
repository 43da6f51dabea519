import 'server-only';
import { type Failure, fail, type Result, succeed } from '@/lib/core/failures';
import { env } from '@/lib/server/config/env';
import { pepperKeys } from '@/lib/server/keys/data-keys';
import { whenTimeIsShort } from '@/lib/server/maintenance/ending';
import { log } from '@/lib/server/observability/logger';
import { equalHashes, formatStored, newSalt, parseStored, passwordBytes, saltOf } from './hash';
import { type HashPlace, HashPool } from './hash-pool';
import type { Claim } from './hash-queue';

const shared = globalThis as typeof globalThis & { handstampHashPool?: HashPool };

/** The threads of this process. One pool for all bundles of the server, made on first use: the build imports routes. */
function pool(): HashPool {
  if (shared.handstampHashPool === undefined) {
    const made = new HashPool();
    shared.handstampHashPool = made;
    whenTimeIsShort('hashes', () => made.giveUpWaiting());
  }
  return shared.handstampHashPool;
}

/** Hashes of this process that wait for a thread. */
export const waitingHashes = (): number => shared.handstampHashPool?.waiting ?? 0;

/**
 * Does `work` with a place in the queue of the hashing threads, which is taken before anything else: fails with
 * `overloaded` when there is none, and then `work` was not begun.
 */
export async function withHashPlace<T>(
  claim: Claim,
  work: (place: HashPlace) => Promise<T>,
): Promise<T | Failure<'overloaded'>> {
  const place = pool().reserve(claim);
  if (place === null) return fail('overloaded');
  try {
    return await work(place);
  } finally {
    place.leave();
  }
}

/**
 * The text to store for a password: `hs1$<pepper key id>$<bcrypt>`, at the cost that is set. Takes about 0.3 s of another
 * thread at the usual one. Fails with `overloaded` when no thread comes in time.
 */
export async function hashPassword(password: string, place: HashPlace): Promise<Result<string, 'overloaded'>> {
  const { current } = await pepperKeys();
  const hashed = await place.run({
    password: passwordBytes(password),
    pepper: current.bytes,
    salt: newSalt(env().passwordHashCost),
  });
  return hashed.ok ? succeed(formatStored(current.id, hashed.value)) : hashed;
}

/** As `hashPassword`, behind everybody who waits: for what nobody waits for. `account` names whose it is. */
export const hashWhenFree = (account: string, password: string): Promise<Result<string, 'overloaded'>> =>
  withHashPlace({ lane: 'sign_up', account, network: null }, (place) => hashPassword(password, place));

export type PasswordCheck = {
  readonly matches: boolean;
  /** The hash was made at another cost, or with a pepper key that is not today's: store a new one while the password is at hand. */
  readonly needsRehash: boolean;
};

/**
 * Compares a password with what `hashPassword` gave. `stored` is null for an unknown account: then the same work is done
 * at the cost that is set and nothing matches, so that time does not tell who has an account. (While hashes of an older cost
 * remain, those accounts answer faster until their next login.) Fails with `overloaded` when no thread comes in time.
 */
export async function verifyPassword(
  password: string,
  stored: string | null,
  place: HashPlace,
): Promise<Result<PasswordCheck, 'overloaded'>> {
  const { current, byId } = await pepperKeys();
  const parsed = stored === null ? null : parseStored(stored);
  const pepper = parsed === null ? undefined : byId(parsed.pepperId);
  // A stored hash that cannot be checked is our trouble, not the visitor's: same work, same answer, and the log says so.
  if (stored !== null && pepper === undefined) log.error('password.unreadable', { keyId: parsed?.pepperId ?? null });

  const known = parsed !== null && pepper !== undefined ? { parsed, pepper } : null;
  const hashed = await place.run({
    password: passwordBytes(password),
    pepper: (known?.pepper ?? current).bytes,
    salt: known === null ? newSalt(env().passwordHashCost) : saltOf(known.parsed.bcrypt),
  });
  if (!hashed.ok) return hashed;
  if (known === null) return succeed({ matches: false, needsRehash: false });
  const { bcrypt, cost } = known.parsed;
  const needsRehash = cost !== env().passwordHashCost || known.pepper.id !== current.id;
  return succeed({ matches: equalHashes(hashed.value, bcrypt), needsRehash });
}
