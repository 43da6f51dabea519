import 'server-only';
import { amrOf } from '@/lib/core/factors/proof';
import { fail, type Result, type Success, succeed } from '@/lib/core/failures';
import { MAILED_CODE_AFTER_FAILURES } from '@/lib/core/policy';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { accountBucket, deviceBucket, programBucket } from '@/lib/server/rate-limit/buckets';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { newDeviceNotice } from '@/lib/server/sessions/new-device';
import type { StartedSession } from '@/lib/server/sessions/start';
import { startSessionOnce } from '@/lib/server/sessions/start-once';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { findCredentials, type PublicUser } from '@/lib/server/users/user-store';
import { checkPassword, type ProvenPerson } from './check-password';
import { openFormAttempt } from './form-attempt';
import { newKnownDevice, readKnownDevice } from './known-device';
import { type SecondStepDue, secondStepDue } from './second-step-due';
import { startAfterReset } from './start-after-reset';

export type LoginRequest = {
  /** Normalized. */
  readonly email: string;
  readonly password: string;
  readonly remember: boolean;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
  readonly refreshCookie: string | null;
  /** What the form brought of `newFormAttempt`; programs and scripts bring none. */
  readonly attempt?: string | undefined;
};

/**
 * A person and what their browser is given; without them, what is still wanted. `isInvited`: they have no second factor, and
 * may be offered a passkey, once.
 */
export type LoginOutcome =
  | {
      readonly kind: 'signed_in';
      readonly signedIn: SignedIn;
      readonly isNoticed: boolean;
      readonly isInvited: boolean;
    }
  | ({ readonly kind: 'due' } & SecondStepDue);

export type SignedIn = { readonly user: PublicUser; readonly tokens: IssuedTokens; readonly knownDevice: string };

/**
 * Signs a browser in. On one that signed in to this account before, attempts are counted apart, so that strangers cannot
 * lock the owner out. Where the account has a second factor, and after a hundred wrong passwords in a row, no session begins
 * before what is wanted besides has been shown: see ./second-step.ts.
 */
export async function login(
  request: LoginRequest,
): Promise<Result<LoginOutcome, 'invalid_credentials' | 'overloaded'> | Blocked> {
  const { email, password, facts } = request;
  const deviceId = await readKnownDevice(request.deviceCookie, email);
  const ownBucket = deviceId === null ? await accountBucket(email) : await deviceBucket(email, deviceId);
  const proven = await checkPassword({ email, password, facts, isKnown: deviceId !== null, ownBucket });
  if (!proven.ok) return proven;
  return orGiveBack(proven.value.counted, () => begin(proven.value, request, deviceId));
}

/** What a right password leads to. */
async function begin(
  proven: ProvenPerson,
  request: LoginRequest,
  deviceId: string | null,
): Promise<Result<LoginOutcome, 'invalid_credentials' | 'overloaded'> | Blocked> {
  const { user, passwordSince, failuresBefore } = proven;
  let { factors, isFactorResetDue } = proven;
  const { email, remember, facts, refreshCookie: broughtRefreshToken } = request;
  const isMailDue = failuresBefore >= MAILED_CODE_AFTER_FAILURES;
  if (isFactorResetDue && !isMailDue) {
    const begun = await startAfterReset({ userId: user.id, remember, passwordSince, facts, broughtRefreshToken });
    if (begun !== null) return signedIn(proven, begun);
    // Another sign-in has used the reset, or ended it by a factor.
    factors = (await findCredentials(email))?.factors ?? factors;
    isFactorResetDue = false;
  }
  if (hasSecondFactor(factors) || isMailDue) {
    const due = await secondStepDue({ ...proven, factors, isFactorResetDue, remember, deviceId, facts });
    return due.ok ? succeed({ kind: 'due', ...due.value }) : due;
  }
  const notice = deviceId === null ? await newDeviceNotice('browser', facts) : null;
  const { factorsVersion } = factors;
  const proof = { amr: amrOf('password'), passwordSince, factorsVersion };
  const tokens = await startSessionOnce(
    { userId: user.id, kind: 'browser', remember, ...proof, facts, broughtRefreshToken, notice },
    await openFormAttempt(request.attempt, Date.now() / 1_000),
  );
  return tokens === null ? fail('invalid_credentials') : signedIn(proven, tokens);
}

async function signedIn(
  { user, afterSignIn, isUninvited }: ProvenPerson,
  tokens: StartedSession,
): Promise<Success<LoginOutcome>> {
  await afterSignIn([await programBucket(user.email)]);
  countOutcome('signInRight');
  const knownDevice = await newKnownDevice(user.email);
  const isInvited = isUninvited && arePasskeysAvailable();
  return succeed({
    kind: 'signed_in',
    isNoticed: tokens.isNoticed,
    isInvited,
    signedIn: { user, tokens, knownDevice },
  });
}
