import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { ClientFacts } from '../client-facts';
import { hashPassword, verifyPassword } from '../password-hasher';
import { accountBucket, addressBucket, clearAttempts, countAttempt, deviceBucket } from '../rate-limit';
import { findCredentials, type PublicUser, upgradePasswordHash } from '../user-store';
import { newKnownDevice, readKnownDevice } from './known-device';
import type { IssuedTokens } from './session-tokens';
import { startSession } from './start-session';

export type LoginRequest = {
  /** Normalized. */
  readonly email: string;
  readonly password: string;
  readonly remember: boolean;
  readonly client: ClientFacts;
  readonly deviceCookie: string | null;
  readonly refreshCookie: string | null;
};

export type SignedIn = { readonly user: PublicUser; readonly tokens: IssuedTokens; readonly knownDevice: string };

export type TooManyAttempts = {
  readonly ok: false;
  readonly code: 'too_many_attempts';
  readonly retryAfterSeconds: number;
};

/**
 * Checks a password and begins a session. Attempts are counted before the work; an unknown address costs the same work
 * as a known one, and gets the same answer as a wrong password or a disabled account. On a browser that signed in to
 * this account before, attempts are counted apart, so that strangers cannot lock the owner out.
 */
export async function login(
  request: LoginRequest,
): Promise<Result<SignedIn, 'invalid_credentials' | 'overloaded'> | TooManyAttempts> {
  const { email, client } = request;
  const deviceId = await readKnownDevice(request.deviceCookie, email);
  const ownBucket = deviceId === null ? await accountBucket(email) : await deviceBucket(email, deviceId);
  const counted = await countAttempt([ownBucket, await addressBucket(client.ip)]);
  if (!counted.ok) return counted;

  const found = await findCredentials(email);
  const checked = await verifyPassword(request.password, found?.passwordHash ?? null);
  if (!checked.ok) return checked;
  if (found === null || !checked.value.matches || found.isDisabled) return fail('invalid_credentials');

  const { user, passwordHash } = found;
  const tokens = await startSession({
    ...{ userId: user.id, kind: 'browser', remember: request.remember, amr: ['pwd'], client },
    broughtRefreshToken: request.refreshCookie,
  });
  if (tokens === null) return fail('invalid_credentials');
  await clearAttempts([ownBucket]);
  if (checked.value.needsRehash && passwordHash !== null) await raiseHash(user.id, request.password, passwordHash);
  return succeed({ user, tokens, knownDevice: await newKnownDevice(email) });
}

/** The hash of an older policy gives way to one of today's. Busy workers put it off to the next login. */
async function raiseHash(userId: string, password: string, checkedHash: string): Promise<void> {
  const raised = await hashPassword(password);
  if (raised.ok) await upgradePasswordHash(userId, checkedHash, raised.value);
}
