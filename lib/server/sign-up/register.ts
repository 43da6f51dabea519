import 'server-only';
import { newId } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { seal } from '@/lib/core/token/sealed-token';
import { createCeremony } from '@/lib/server/ceremonies/ceremony-store';
import { NO_CODE, newCode } from '@/lib/server/ceremonies/one-time-code';
import { env } from '@/lib/server/config/env';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { alreadyRegistered, signUpCode } from '@/lib/server/mail/messages';
import { queueMail } from '@/lib/server/mail/outbox';
import { hashPassword } from '@/lib/server/passwords/hasher';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { addressBucket, countAttempt, mailBuckets } from '@/lib/server/rate-limit/limiter';
import { isKnownEmail } from '@/lib/server/users/user-store';

export type Registration = {
  /** Normalized. */
  readonly email: string;
  readonly password: string;
  readonly name: string | null;
  readonly facts: RequestFacts;
};

/**
 * Begins a sign-up: a code goes by mail, the rest waits in the sealed token returned, for the browser to hold. A known
 * address gets the same work, an equally long token that no code opens, and a mail that says so to its owner only. No
 * user exists before the code comes back.
 */
export async function register(
  registration: Registration,
): Promise<Result<{ sealed: string }, 'overloaded'> | Blocked> {
  const { email, name, facts } = registration;
  const counted = await countAttempt([...(await mailBuckets(email, facts.ip)), await addressBucket(facts.ip)]);
  if (!counted.ok) return counted;
  const isKnown = await isKnownEmail(email);
  const hashed = await hashPassword(registration.password);
  if (!hashed.ok) return fail('overloaded');

  const code = newCode(randomBytes);
  const jti = newId(randomBytes);
  const exp = await createCeremony(jti, 'sign-up', CEREMONY_SECONDS);
  await queueMail(email, isKnown ? alreadyRegistered(env().appOrigin) : signUpCode(code, exp));
  const data = { email, name, passwordHash: hashed.value, code: isKnown ? NO_CODE : code };
  const { current } = await sealKeys();
  return succeed({ sealed: await seal('sign-up', { jti, exp, data }, current) });
}
