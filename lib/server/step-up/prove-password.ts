import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { verifyPassword, withHashPlace } from '@/lib/server/passwords/hasher';
import { deviceBucket } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, settleSuccess, takeBack } from '@/lib/server/rate-limit/limiter';
import { LONGEST_WAIT_SECONDS } from '@/lib/server/rate-limit/limits';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { readKnownDevice } from '@/lib/server/sign-in/known-device';
import type { Signer } from './guard';
import { traceWrongProof } from './wrong-proof';

/** After too many failures in a row: waiting does not help, a sign-in does. */
export const UNTIL_SIGNED_IN: Blocked = { ...fail('too_many_attempts'), retryAfterSeconds: LONGEST_WAIT_SECONDS };

export type PasswordProof = {
  readonly signer: Signer;
  readonly password: string;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
};

/**
 * Compares the password of a person who is signed in. Failures are counted where those of the same device at login are, or
 * for the session where the browser has no device cookie: strangers, who have neither, cannot make its owner wait. After
 * too many in a row no password is compared until a sign-in has ended the row. Gives the time since when that password had
 * been set.
 */
export async function provePassword({
  signer,
  password,
  facts,
  deviceCookie,
}: PasswordProof): Promise<Result<Date, 'invalid_credentials' | 'overloaded'> | Blocked> {
  const { user, sessionId, password: stored } = signer;
  if (stored === null) return fail('invalid_credentials');
  const device = (await readKnownDevice(deviceCookie, user.email)) ?? `session ${sessionId}`;
  const bucket = await deviceBucket(user.email, device);
  return withHashPlace({ lane: 'known', account: bucket.key, network: null }, async (place) => {
    const counted = await countAttempt([bucket]);
    if (!counted.ok) return counted;
    if (counted.value.inARow > MAILED_CODE_AFTER_FAILURES) {
      await takeBack([bucket]);
      return UNTIL_SIGNED_IN;
    }
    const checked = await orGiveBack([bucket], () => verifyPassword(password, stored.hash, place));
    if (!checked.ok) {
      await takeBack([bucket]);
      return checked;
    }
    if (!checked.value.matches) {
      await traceWrongProof(signer, 'password', facts);
      return fail('invalid_credentials');
    }
    await orGiveBack([bucket], () => settleSuccess([bucket]));
    countOutcome('stepUpRight');
    return succeed(stored.since);
  });
}
