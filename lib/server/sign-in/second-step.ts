import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { consumeCeremony, returnTry, takeTry } from '@/lib/server/ceremonies/ceremony-store';
import { isSameCode } from '@/lib/server/ceremonies/one-time-code';
import { db } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { queueMail } from '@/lib/server/mail/outbox';
import { secondStepFailed } from '@/lib/server/mail/sign-in-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import {
  accountBucket,
  deviceBucket,
  factorBucket,
  networkBuckets,
  noticeBucket,
  programBucket,
} from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt, settleSuccess } from '@/lib/server/rate-limit/limiter';
import { newDeviceNotice } from '@/lib/server/sessions/new-device';
import { findLiveSession } from '@/lib/server/sessions/resumption';
import { openIdentity } from '@/lib/server/sessions/sealed-identity';
import { beginSession, noteBegun, type SessionIdentity } from '@/lib/server/sessions/start';
import { type IssuedTokens, issueTokens } from '@/lib/server/sessions/tokens';
import { findPublicUser } from '@/lib/server/users/user-store';
import { newKnownDevice } from './known-device';
import type { SignedIn } from './login';
import { openStep, type PendingStep } from './pending-step';

export type SecondStep = {
  readonly mailCode: string;
  readonly pendingCookie: string | null;
  readonly refreshCookie: string | null;
  readonly facts: RequestFacts;
};

/** A failure of that number in one sign-in is told to the owner: somebody knows the password. */
const TOLD_FAILURE = 3;

/**
 * Finishes a sign-in whose password was right with the code that was mailed to the owner. A try is taken before anything is
 * compared, and counted for the person, so that no number of sign-ins brings more. One answer for every reason:
 * `invalid_code`. For a minute the same cookie and code bring the same session again, should the answer get lost.
 */
export async function finishSignIn(request: SecondStep): Promise<Result<SignedIn, 'invalid_code'> | Blocked> {
  const { mailCode, pendingCookie, facts } = request;
  const opened = await openStep(pendingCookie);
  const taken = opened === null ? null : await takeTry(opened.jti, 'second-factor');
  if (opened === null || taken === null) return fail('invalid_code');
  const { jti, step } = opened;
  const buckets = [await factorBucket(step.userId, step.deviceId), ...(await networkBuckets(facts.ip))];
  const counted = await countAttempt(buckets);
  if (!counted.ok) {
    await returnTry(jti);
    return counted;
  }
  const identity = openIdentity(step.session);
  const isRight = isSameCode(mailCode, step.mailCode) && identity !== null;
  const tokens = isRight
    ? await (taken.isFinished ? again(identity, facts) : begin(jti, step, identity, request))
    : null;
  const user = tokens === null ? null : await findPublicUser(step.userId);
  if (tokens === null || user === null) {
    await noteWrong(step, taken.number, facts);
    return fail('invalid_code');
  }
  if (taken.isFinished) await returnTry(jti);
  const tried = step.deviceId === null ? accountBucket(step.email) : deviceBucket(step.email, step.deviceId);
  await settleSuccess(buckets, [await tried, await programBucket(step.email)]);
  countOutcome('signInRight');
  return succeed({ user, tokens, knownDevice: await newKnownDevice(step.email) });
}

/** Null when the code was used, the person is gone or disabled, or the password is another one by now. */
async function begin(
  jti: string,
  { userId, remember, passwordSinceMs, deviceId }: PendingStep,
  identity: SessionIdentity,
  { facts, refreshCookie: broughtRefreshToken }: SecondStep,
): Promise<IssuedTokens | null> {
  const notice = deviceId === null ? await newDeviceNotice('browser', facts) : null;
  const proof = { amr: ['pwd'], passwordSince: new Date(passwordSinceMs) };
  const start = { userId, kind: 'browser', remember, ...proof, facts, broughtRefreshToken, notice, identity } as const;
  const begun = await db().$transaction(async (tx) =>
    (await consumeCeremony(jti, tx)) ? beginSession(start, tx) : null,
  );
  if (begun === null) return null;
  await noteBegun(begun, start);
  return issueTokens(begun.session, begun.secret);
}

async function again(identity: SessionIdentity, facts: RequestFacts): Promise<IssuedTokens | null> {
  const session = await findLiveSession(identity, facts);
  return session === null ? null : issueTokens(session, identity.secret);
}

async function noteWrong({ userId, email }: PendingStep, failures: number, { ip, userAgent }: RequestFacts) {
  countOutcome('typedWrong');
  await recordRepeated({ type: 'second_factor_failed', userId, ip, userAgent, details: { method: 'mail' } }, userId);
  if (failures !== TOLD_FAILURE) return;
  if ((await countAttempt([await noticeBucket(userId)])).ok) await queueMail(email, secondStepFailed());
}
