import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import type { HashPlace } from '@/lib/server/passwords/hash-pool';
import { hashWhenFree, verifyPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { type Bucket, networkBuckets, sprayBucket } from '@/lib/server/rate-limit/buckets';
import { noteFailedAccount } from '@/lib/server/rate-limit/failed-accounts';
import { type Blocked, countAttempt, settleSuccess, takeBack } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import type { SecondFactors } from '@/lib/server/users/second-factors';
import { findCredentials, type PublicUser, upgradePasswordHash } from '@/lib/server/users/user-store';
import { traceBlocked, traceWrong } from './attempt-trace';
import { shareAttempt } from './shared-attempts';

export type PasswordAttempt = {
  /** Normalized. */
  readonly email: string;
  readonly password: string;
  readonly facts: RequestFacts;
  /** True for a device, or a program with a secret, that this account has let in before. */
  readonly isKnown: boolean;
  /** Where attempts on this account are counted: for all strangers together, or for the one that is known. */
  readonly ownBucket: Bucket;
};

/** The person, and what to do once their session has begun: nothing of it belongs before. */
export type ProvenPerson = {
  readonly user: PublicUser;
  /** For the session: it begins only while this is still the password. */
  readonly passwordSince: Date;
  /** Attempts that failed in a row before this one, where it was counted. */
  readonly failuresBefore: number;
  readonly factors: SecondFactors;
  readonly isFactorResetDue: boolean;
  readonly isUninvited: boolean;
  /** `cleared`: what else is forgotten, because the owner signed in. */
  afterSignIn(cleared?: readonly Bucket[]): Promise<void>;
  /** What was counted, to be taken back where something more is wanted before a session begins: a right password counts nothing. */
  readonly counted: readonly Bucket[];
};

type Outcome = Result<ProvenPerson, 'invalid_credentials' | 'overloaded'> | Blocked;

/**
 * Checks a password: a place in the queue first, then the count, then the hash, so that what the queue turns away is
 * counted nowhere. An unknown address costs the same work as a known one, and gets the same answer as a wrong password or
 * a disabled account. Whoever is known there is not held up by strangers: not by their place in the queue, and not by what
 * they did from the same network.
 */
export async function checkPassword(attempt: PasswordAttempt): Promise<Outcome> {
  const { email, password, facts, isKnown, ownBucket } = attempt;
  const network = await networkName(facts.ip);
  const claim = { lane: isKnown ? 'known' : 'stranger', account: email, network } as const;
  const { outcome, isFirst } = await shareAttempt([ownBucket.key, email, password], () =>
    withHashPlace(claim, (place) => compare(attempt, place)),
  );
  if (!outcome.ok && outcome.code === 'overloaded') countOutcome('signInOverloaded');
  // Of those who shared it, one has to settle what was counted once.
  const settled = { afterSignIn: async () => undefined, counted: [] };
  return outcome.ok && !isFirst ? succeed({ ...outcome.value, ...settled }) : outcome;
}

async function compare(attempt: PasswordAttempt, place: HashPlace): Promise<Outcome> {
  const { email, password, facts, isKnown, ownBucket } = attempt;
  const buckets = isKnown ? [ownBucket] : [ownBucket, ...(await networkBuckets(facts.ip))];
  const counted = await countAttempt(buckets, isKnown ? [] : [await sprayBucket(facts.ip)]);
  if (!counted.ok) {
    await traceBlocked(email, facts);
    return counted;
  }

  const { found, checked } = await orGiveBack(buckets, async () => {
    const found = await findCredentials(email);
    return { found, checked: await verifyPassword(password, found?.passwordHash ?? null, place) };
  });
  if (!checked.ok) {
    await takeBack(buckets);
    return checked;
  }
  if (found === null || !checked.value.matches || found.isDisabled || found.passwordSince === null) {
    if (!isKnown) await noteFailedAccount(facts.ip, email);
    await traceWrong(email, found?.user.id ?? null, facts);
    return fail('invalid_credentials');
  }
  const { user, passwordHash, passwordSince, factors, isFactorResetDue, isUninvited } = found;
  const afterSignIn = async (cleared: readonly Bucket[] = []) => {
    await settleSuccess(buckets, cleared);
    if (checked.value.needsRehash && passwordHash !== null) await raiseHash(user.id, password, passwordHash);
  };
  const failuresBefore = counted.value.inARow - 1;
  const person = { user, passwordSince, failuresBefore, factors, isFactorResetDue, isUninvited };
  return succeed({ ...person, afterSignIn, counted: buckets });
}

async function networkName(ip: string | null): Promise<string | null> {
  const [network] = await networkBuckets(ip);
  return network?.key ?? null;
}

/** The hash of an older policy gives way to one of today's. Busy threads put it off to the next login. */
async function raiseHash(userId: string, password: string, checkedHash: string): Promise<void> {
  const raised = await hashWhenFree(userId, password);
  if (raised.ok) await upgradePasswordHash(userId, checkedHash, raised.value);
}
