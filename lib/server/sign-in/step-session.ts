import 'server-only';
import { amrOf } from '@/lib/core/factors/proof';
import type { Spending } from '@/lib/server/factors/spending';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { accountBucket, type Bucket, deviceBucket, factorBucket, programBucket } from '@/lib/server/rate-limit/buckets';
import { settleSuccess } from '@/lib/server/rate-limit/limiter';
import { newDeviceNotice } from '@/lib/server/sessions/new-device';
import { type SessionIdentity, startSession } from '@/lib/server/sessions/start';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { PublicUser } from '@/lib/server/users/user-store';
import { newKnownDevice } from './known-device';
import type { SignedIn } from './login';
import type { PendingStep } from './pending-step';
import { stepEntry } from './step-entry';

/** A half sign-in that is to be finished. */
export type FinishedStep = {
  readonly jti: string;
  readonly step: PendingStep;
  readonly identity: SessionIdentity;
  /** Of the factors by which it was decided what is wanted; null where one of them was the proof. */
  readonly factorsVersion: number | null;
};

/**
 * Begins the session of a sign-in whose second step was right, and uses up its proof and itself with it. Null when either was
 * used before, or the password is another one by now.
 */
export async function startAfterStep(
  { jti, step, identity, factorsVersion }: FinishedStep,
  spending: Spending | null,
  { facts, refreshCookie }: { readonly facts: RequestFacts; readonly refreshCookie: string | null },
): Promise<IssuedTokens | null> {
  const { userId, remember, deviceId } = step;
  return startSession({
    userId,
    kind: 'browser',
    remember,
    amr: spending === null ? amrOf('password') : amrOf('password', spending.kind),
    passwordSince: new Date(step.passwordSinceMs),
    factorsVersion,
    entry: stepEntry(jti, spending),
    facts,
    broughtRefreshToken: refreshCookie,
    notice: deviceId === null ? await newDeviceNotice('browser', facts) : null,
    identity,
  });
}

/** Forgets what was counted before the session began: `buckets` as their policy says, and all failures of this sign-in. */
export async function endStep(
  { userId, email, deviceId }: Pick<PendingStep, 'userId' | 'email' | 'deviceId'>,
  buckets: readonly Bucket[],
  user: PublicUser,
  tokens: IssuedTokens,
): Promise<SignedIn> {
  const tried = deviceId === null ? accountBucket(email) : deviceBucket(email, deviceId);
  await settleSuccess(buckets, [await factorBucket(userId, deviceId), await tried, await programBucket(email)]);
  countOutcome('signInRight');
  return { user, tokens, knownDevice: await newKnownDevice(email) };
}
