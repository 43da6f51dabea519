import 'server-only';
import { type Result, succeed } from '@/lib/core/failures';
import { pepperKeys } from '@/lib/server/keys/data-keys';
import { log } from '@/lib/server/observability/logger';
import { BCRYPT_COST, equalHashes, formatStored, newSalt, parseStored, passwordBytes, saltOf } from './hash';
import { HashPool } from './hash-pool';

const shared = globalThis as typeof globalThis & { handstampHashPool?: HashPool };

/** The threads of this process. One pool for all bundles of the server, made on first use: the build imports routes. */
function pool(): HashPool {
  shared.handstampHashPool ??= new HashPool();
  return shared.handstampHashPool;
}

/**
 * The text to store for a password: `hs1$<pepper key id>$<bcrypt>`, at the cost of today. Takes about 0.3 s of another
 * thread. Fails with `overloaded` when too many hashes wait.
 */
export async function hashPassword(password: string): Promise<Result<string, 'overloaded'>> {
  const { current } = await pepperKeys();
  const hashed = await pool().run({ password: passwordBytes(password), pepper: current.bytes, salt: newSalt() });
  return hashed.ok ? succeed(formatStored(current.id, hashed.value)) : hashed;
}

export type PasswordCheck = {
  readonly matches: boolean;
  /** The hash was made with a cost or a pepper key that is not today's: store a new one while the password is at hand. */
  readonly needsRehash: boolean;
};

/**
 * Compares a password with what `hashPassword` gave. `stored` is null for an unknown account: then the same work is done
 * at the cost of today and nothing matches, so that time does not tell who has an account. (While hashes of an older cost
 * remain, those accounts answer faster until their next login.) Fails with `overloaded` when too many hashes wait.
 */
export async function verifyPassword(
  password: string,
  stored: string | null,
): Promise<Result<PasswordCheck, 'overloaded'>> {
  const { current, byId } = await pepperKeys();
  const parsed = stored === null ? null : parseStored(stored);
  const pepper = parsed === null ? undefined : byId(parsed.pepperId);
  // A stored hash that cannot be checked is our trouble, not the visitor's: same work, same answer, and the log says so.
  if (stored !== null && pepper === undefined) log.error('password.unreadable', { keyId: parsed?.pepperId ?? null });

  const known = parsed !== null && pepper !== undefined ? { parsed, pepper } : null;
  const hashed = await pool().run({
    password: passwordBytes(password),
    pepper: (known?.pepper ?? current).bytes,
    salt: known === null ? newSalt() : saltOf(known.parsed.bcrypt),
  });
  if (!hashed.ok) return hashed;
  if (known === null) return succeed({ matches: false, needsRehash: false });
  const { bcrypt, cost } = known.parsed;
  const needsRehash = cost !== BCRYPT_COST || known.pepper.id !== current.id;
  return succeed({ matches: equalHashes(hashed.value, bcrypt), needsRehash });
}
