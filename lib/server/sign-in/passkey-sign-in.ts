import 'server-only';
import { amrOf } from '@/lib/core/factors/proof';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { ANYBODY } from '@/lib/server/factors/passkey-ceremony';
import { type BroughtPasskey, type PasskeyFailure, provePasskey } from '@/lib/server/factors/prove-passkey';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { networkBuckets } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { newDeviceNotice } from '@/lib/server/sessions/new-device';
import { startSession } from '@/lib/server/sessions/start';
import { readKnownDevice } from './known-device';
import type { SignedIn } from './login';
import { stepEntry } from './step-entry';
import { endStep } from './step-session';

export type PasskeySignIn = {
  readonly brought: BroughtPasskey;
  readonly remember: boolean;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
  readonly refreshCookie: string | null;
};

/** `isNoticed`: a mail about a new device waits to be sent. */
export type SignedInByPasskey = { readonly signedIn: SignedIn; readonly isNoticed: boolean };

/**
 * Signs a browser in by a passkey alone, which is two factors: the person has it, and it has verified them. Nothing more is
 * ever asked for, because nobody can guess one; failures are counted for the network. What a right one signed is good once.
 */
export async function signInByPasskey(
  request: PasskeySignIn,
): Promise<Result<SignedInByPasskey, 'invalid_passkey' | 'unknown_passkey'> | Blocked> {
  const { brought, remember, facts, deviceCookie, refreshCookie: broughtRefreshToken } = request;
  const buckets = await networkBuckets(facts.ip);
  const counted = await countAttempt(buckets);
  if (!counted.ok) return counted;
  const proven = await orGiveBack(buckets, () => provePasskey(brought, 'passkey-sign-in', ANYBODY, facts));
  if (!proven.ok) {
    await traceWrongPasskey(proven, facts);
    return fail(proven.code);
  }
  const { user, spending } = proven.value;
  const deviceId = await readKnownDevice(deviceCookie, user.email);
  const tokens = await orGiveBack(buckets, async () =>
    startSession({
      userId: user.id,
      kind: 'browser',
      remember,
      amr: amrOf('passkey'),
      entry: stepEntry(null, spending),
      facts,
      broughtRefreshToken,
      notice: deviceId === null ? await newDeviceNotice('browser', facts) : null,
    }),
  );
  if (tokens === null) {
    const refused = { ...fail('invalid_passkey'), userId: user.id };
    await traceWrongPasskey(refused, facts);
    return fail('invalid_passkey');
  }
  const signedIn = await endStep({ userId: user.id, email: user.email, deviceId }, buckets, user, tokens);
  return succeed({ signedIn, isNoticed: tokens.isNoticed });
}

async function traceWrongPasskey(failure: PasskeyFailure, { ip, userAgent }: RequestFacts): Promise<void> {
  countOutcome('signInWrong');
  const userId = failure.code === 'invalid_passkey' ? failure.userId : null;
  if (userId === null) return;
  await recordRepeated({ type: 'passkey_failed', userId, ip, userAgent }, userId);
}
