import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { hashPassword, verifyPassword } from '@/lib/server/passwords/hasher';
import { addressBucket, type Blocked, type Bucket, clearAttempts, countAttempt } from '@/lib/server/rate-limit/limiter';
import { findCredentials, type PublicUser, upgradePasswordHash } from '@/lib/server/users/user-store';

export type PasswordAttempt = {
  /** Normalized. */
  readonly email: string;
  readonly password: string;
  /** The network address, where it is known. */
  readonly ip: string | null;
  /** Where attempts on this account are counted: for all strangers together, or for a browser that is known there. */
  readonly ownBucket: Bucket;
};

/** The person, and what to do once their session has begun: nothing of it belongs before. */
export type ProvenPerson = { readonly user: PublicUser; afterSignIn(): Promise<void> };

/**
 * Checks a password. Attempts are counted before the work; an unknown address costs the same work as a known one, and
 * gets the same answer as a wrong password or a disabled account.
 */
export async function checkPassword(
  attempt: PasswordAttempt,
): Promise<Result<ProvenPerson, 'invalid_credentials' | 'overloaded'> | Blocked> {
  const { email, password, ip, ownBucket } = attempt;
  const counted = await countAttempt([ownBucket, await addressBucket(ip)]);
  if (!counted.ok) return counted;

  const found = await findCredentials(email);
  const checked = await verifyPassword(password, found?.passwordHash ?? null);
  if (!checked.ok) return checked;
  if (found === null || !checked.value.matches || found.isDisabled) return fail('invalid_credentials');

  const { user, passwordHash } = found;
  const afterSignIn = async () => {
    await clearAttempts([ownBucket]);
    if (checked.value.needsRehash && passwordHash !== null) await raiseHash(user.id, password, passwordHash);
  };
  return succeed({ user, afterSignIn });
}

/** The hash of an older policy gives way to one of today's. Busy workers put it off to the next login. */
async function raiseHash(userId: string, password: string, checkedHash: string): Promise<void> {
  const raised = await hashPassword(password);
  if (raised.ok) await upgradePasswordHash(userId, checkedHash, raised.value);
}
