import 'server-only';
import type { FactorCode } from '@/lib/core/factors/factor-code';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import { returnTry, type Try, takeTry } from '@/lib/server/ceremonies/ceremony-store';
import { isSameCode } from '@/lib/server/ceremonies/one-time-code';
import { compareCode, wasJustSpent } from '@/lib/server/factors/compare-code';
import { type FactorHolder, findFactorHolder } from '@/lib/server/factors/factor-holder';
import type { Spending } from '@/lib/server/factors/spending';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { factorBucket, networkBuckets } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, takeBack } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { findLiveSession } from '@/lib/server/sessions/resumption';
import { openIdentity } from '@/lib/server/sessions/sealed-identity';
import type { SessionIdentity } from '@/lib/server/sessions/start';
import { type IssuedTokens, issueTokens } from '@/lib/server/sessions/tokens';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import type { SignedIn } from './login';
import { openStep, type PendingStep } from './pending-step';
import { startAfterReset } from './start-after-reset';
import { stepEntry } from './step-entry';
import { endStep, startAfterStep } from './step-session';
import { traceWrongStep } from './step-trace';

export type SecondStep = {
  /** Of an authenticator app, or a recovery code; null when none was typed. */
  readonly code: FactorCode | null;
  /** Null when none was typed. */
  readonly mailCode: string | null;
  readonly pendingCookie: string | null;
  readonly refreshCookie: string | null;
  readonly facts: RequestFacts;
};

/** A half sign-in whose try was taken, and whom it is about. */
type Attempt = {
  readonly jti: string;
  readonly step: PendingStep;
  readonly holder: FactorHolder;
  readonly identity: SessionIdentity;
  readonly isMailDue: boolean;
};

/**
 * Finishes a sign-in whose password was right: with a second factor where the account has one, and with the code that was
 * mailed where one was asked for; with that alone where a reset of the factors was due, which it uses. The attempt is
 * counted for the person first, so that no number of sign-ins brings more tries. One answer for every reason:
 * `invalid_code`. For a minute the same cookie and code bring the same session again, should the answer get lost.
 */
export async function finishSignIn(request: SecondStep): Promise<Result<SignedIn, 'invalid_code'> | Blocked> {
  const { pendingCookie, facts } = request;
  const opened = await openStep(pendingCookie);
  if (opened === null) return fail('invalid_code');
  const { jti, step } = opened;
  const buckets = [await factorBucket(step.userId, step.deviceId), ...(await networkBuckets(facts.ip))];
  const counted = await countAttempt(buckets);
  if (!counted.ok) return counted;
  const taken = await takeTry(jti, 'second-factor');
  if (taken === null) {
    await takeBack(buckets);
    return fail('invalid_code');
  }
  const isMailDue = step.mailCode !== null || counted.value.inARow > MAILED_CODE_AFTER_FAILURES;
  const finish = async () => {
    const holder = await findFactorHolder(step.userId);
    const identity = openIdentity(step.session);
    if (holder === null || identity === null || holder.passwordSince?.getTime() !== step.passwordSinceMs) return null;
    const tokens = await proven({ jti, step, holder, identity, isMailDue }, taken, request);
    return tokens === null ? null : { user: holder.user, tokens };
  };
  const done = await orGiveBack(buckets, finish, () => returnTry(jti));
  if (done === null) {
    await traceWrongStep(step, taken.number, request);
    return fail('invalid_code');
  }
  if (taken.isFinished) await returnTry(jti);
  return succeed(await endStep(step, buckets, done.user, done.tokens));
}

/** Null when anything that is wanted is missing, wrong or used. */
async function proven(attempt: Attempt, taken: Try, request: SecondStep): Promise<IssuedTokens | null> {
  const { step, holder, identity, isMailDue } = attempt;
  const { code, mailCode, facts } = request;
  const isMailRight = step.mailCode !== null && mailCode !== null && isSameCode(mailCode, step.mailCode);
  if (isMailDue && !isMailRight) return null;
  if (!hasSecondFactor(holder.factors)) {
    if (!isMailDue) return null;
    return taken.isFinished ? again(identity, facts) : begin(attempt, null, request);
  }
  if (code === null) return step.isFactorResetDue && !taken.isFinished ? beginAfterReset(attempt, request) : null;
  if (taken.isFinished) return (await wasJustSpent(holder, code)) ? again(identity, facts) : null;
  const spending = await compareCode(holder, code, facts);
  return spending === null ? null : begin(attempt, spending, request);
}

const begin = ({ jti, step, holder, identity }: Attempt, spending: Spending | null, request: SecondStep) =>
  startAfterStep({ jti, step, identity, factorsVersion: holder.factors.factorsVersion }, spending, request);

/** Null when the reset was stopped meanwhile: the next sign-in asks for a factor. */
const beginAfterReset = ({ jti, step, identity }: Attempt, { facts, refreshCookie }: SecondStep) =>
  startAfterReset({
    userId: step.userId,
    remember: step.remember,
    passwordSince: new Date(step.passwordSinceMs),
    facts,
    broughtRefreshToken: refreshCookie,
    identity,
    entry: stepEntry(jti, null),
  });

async function again(identity: SessionIdentity, facts: RequestFacts): Promise<IssuedTokens | null> {
  const session = await findLiveSession(identity, facts);
  return session === null ? null : issueTokens(session, identity.secret);
}
