import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { returnTry, takeTry } from '@/lib/server/ceremonies/ceremony-store';
import { type BroughtPasskey, provePasskey } from '@/lib/server/factors/prove-passkey';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { networkBuckets } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, takeBack } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { openIdentity } from '@/lib/server/sessions/sealed-identity';
import type { SignedIn } from './login';
import { openStep } from './pending-step';
import { endStep, startAfterStep } from './step-session';
import { traceWrongStep } from './step-trace';

export type PasskeyStep = {
  readonly brought: BroughtPasskey;
  readonly pendingCookie: string | null;
  readonly refreshCookie: string | null;
  readonly facts: RequestFacts;
};

/**
 * Finishes a sign-in whose password was right, by a passkey of its person. No mailed code is asked for beside it, and it does
 * not wait where codes do, because nobody can guess one. One answer for every reason: `invalid_passkey`.
 */
export async function finishByPasskey(request: PasskeyStep): Promise<Result<SignedIn, 'invalid_passkey'> | Blocked> {
  const { brought, pendingCookie, facts } = request;
  const opened = await openStep(pendingCookie);
  if (opened === null) return fail('invalid_passkey');
  const { jti, step } = opened;
  const buckets = await networkBuckets(facts.ip);
  const counted = await countAttempt(buckets);
  if (!counted.ok) return counted;
  const taken = await takeTry(jti, 'second-factor');
  const identity = openIdentity(step.session);
  if (taken === null || taken.isFinished || identity === null) {
    await takeBack(buckets);
    return fail('invalid_passkey');
  }
  const owner = { sub: step.userId, sid: null };
  const half = { jti, step, identity, factorsVersion: null };
  const finish = async () => {
    const proven = await provePasskey(brought, 'passkey-second-factor', owner, facts);
    return { proven, tokens: proven.ok ? await startAfterStep(half, proven.value.spending, request) : null };
  };
  const { proven, tokens } = await orGiveBack(buckets, finish, () => returnTry(jti));
  if (!proven.ok || tokens === null) {
    await traceWrongStep(step, taken.number, { code: { kind: 'passkey' }, facts });
    return fail('invalid_passkey');
  }
  return succeed(await endStep(step, buckets, proven.value.user, tokens));
}
