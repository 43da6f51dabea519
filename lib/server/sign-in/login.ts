import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { accountBucket, deviceBucket } from '@/lib/server/rate-limit/buckets';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { startSessionOnce } from '@/lib/server/sessions/start-once';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';
import type { PublicUser } from '@/lib/server/users/user-store';
import { checkPassword } from './check-password';
import { openFormAttempt } from './form-attempt';
import { newKnownDevice, readKnownDevice } from './known-device';

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

export type SignedIn = { readonly user: PublicUser; readonly tokens: IssuedTokens; readonly knownDevice: string };

/**
 * Signs a browser in. On one that signed in to this account before, attempts are counted apart, so that strangers cannot
 * lock the owner out.
 */
export async function login(
  request: LoginRequest,
): Promise<Result<SignedIn, 'invalid_credentials' | 'overloaded'> | Blocked> {
  const { email, password, facts } = request;
  const deviceId = await readKnownDevice(request.deviceCookie, email);
  const ownBucket = deviceId === null ? await accountBucket(email) : await deviceBucket(email, deviceId);
  const proven = await checkPassword({ email, password, facts, isKnown: deviceId !== null, ownBucket });
  if (!proven.ok) return proven;

  const { user, passwordSince, afterSignIn } = proven.value;
  const { remember, refreshCookie: broughtRefreshToken } = request;
  const tokens = await startSessionOnce(
    { userId: user.id, kind: 'browser', remember, amr: ['pwd'], passwordSince, facts, broughtRefreshToken },
    await openFormAttempt(request.attempt, Date.now() / 1_000),
  );
  if (tokens === null) return fail('invalid_credentials');
  await afterSignIn();
  return succeed({ user, tokens, knownDevice: await newKnownDevice(email) });
}
