import 'server-only';
import { newId } from '@/lib/core/encoding';
import { type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS, MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { newCode } from '@/lib/server/ceremonies/one-time-code';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { db } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { randomBytes } from '@/lib/server/keys/random';
import { queueMail } from '@/lib/server/mail/outbox';
import { signInCode } from '@/lib/server/mail/sign-in-messages';
import { type Bucket, factorBucket, signInCodeBucket } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, takenBack } from '@/lib/server/rate-limit/limiter';
import { newSealedIdentity } from '@/lib/server/sessions/sealed-identity';
import { type FactorMethod, factorMethods } from '@/lib/server/users/second-factors';
import type { ProvenPerson } from './check-password';
import { sealStep } from './pending-step';

/** By what the second step of a sign-in is done, best first; `mail` means also, where others stand before it. */
export type SecondStepMethod = FactorMethod | 'mail';

/** What is still wanted of somebody whose password was right. `sealed` is for the browser to hold. */
export type SecondStepDue = {
  readonly methods: readonly SecondStepMethod[];
  readonly expiresAt: EpochSeconds;
  readonly sealed: string;
};

type Known = 'user' | 'passwordSince' | 'factors' | 'isFactorResetDue' | 'failuresBefore' | 'counted';

type HalfSignedIn = Pick<ProvenPerson, Known> & {
  readonly remember: boolean;
  readonly deviceId: string | null;
  readonly facts: RequestFacts;
};

/**
 * Asks whoever knows the password for a second factor, where the account has one, and after a hundred failures in a row for
 * a code that goes to the owner too. Where a reset of the factors is due, that code alone: `isFactorResetDue` only after so
 * many failures. An hour has five such codes an account: whoever causes them knows its password.
 */
export async function secondStepDue(half: HalfSignedIn): Promise<Result<SecondStepDue, never> | Blocked> {
  const { user, factors, isFactorResetDue, passwordSince, remember, deviceId } = half;
  const jti = newId(randomBytes);
  const methods = isFactorResetDue ? [] : factorMethods(factors, arePasskeysAvailable());
  const { expiresAt, factorFailures } = await begin(jti, half, await factorBucket(user.id, deviceId));
  const failures = Math.max(half.failuresBefore, factorFailures);
  let mailCode: string | null = null;
  if (failures >= MAILED_CODE_AFTER_FAILURES) {
    const counted = await countAttempt([await signInCodeBucket(user.id)]);
    if (!counted.ok) return counted;
    mailCode = newCode(randomBytes);
    await queueMail(user.email, signInCode(mailCode, expiresAt));
  }
  const about = { userId: user.id, email: user.email, remember, deviceId, passwordSinceMs: passwordSince.getTime() };
  const step = { ...about, mailCode, factors: [...methods], isFactorResetDue, session: newSealedIdentity() };
  const sealed = await sealStep(jti, expiresAt, step);
  return succeed({ methods: mailCode === null ? methods : [...methods, 'mail'], expiresAt, sealed });
}

/** Opens the ceremony, takes back what the right password counted, and leaves a trace, in one statement. */
async function begin(
  jti: string,
  { user, facts, counted }: HalfSignedIn,
  { key }: Bucket,
): Promise<{ readonly expiresAt: EpochSeconds; readonly factorFailures: number }> {
  const [row] = await db().$queryRaw<{ expiresAt: number; factorFailures: number }[]>`
    WITH${takenBack(counted)}, begun AS (
      INSERT INTO "Ceremony" (id, purpose, "expiresAt")
      VALUES (${jti}, 'second-factor', now() + ${CEREMONY_SECONDS} * interval '1 second') RETURNING "expiresAt"
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      VALUES ('second_factor_due', ${user.id}, ${facts.ip}, ${facts.userAgent})
    )
    SELECT floor(extract(epoch FROM "expiresAt"))::float8 AS "expiresAt",
      coalesce((SELECT failures FROM "RateLimit" WHERE key = ${key} AND "RateLimit"."expiresAt" > now()), 0) AS "factorFailures"
    FROM begun`;
  if (row === undefined) throw new Error('The ceremony was not stored');
  return row;
}
