import 'server-only';
import { cookies } from 'next/headers';
import { type CookieNames, cookieAttributes, cookieNames } from '@/lib/core/http/cookies';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { days } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import type { IssuedTokens } from '@/lib/server/sessions/tokens';

const DEVICE_SECONDS = days(365);

/** Names of our cookies under the configured origin. */
export const ourCookieNames = (): CookieNames => cookieNames(env().isSecureOrigin);

/**
 * Hands the tokens to the browser. A remembered session's cookies live as long as their tokens; any other's end with the
 * browser. A refresh token that the browser already holds is not set again: an answer that was slow would put it back
 * over a newer one, and the next refresh would look like theft.
 */
export async function setSessionCookies(tokens: IssuedTokens): Promise<void> {
  const names = ourCookieNames();
  const lasting = (until: number) => (tokens.remember ? { maxAge: Math.max(0, Math.floor(until - tokens.now)) } : {});
  await setCookie(names.access, tokens.accessToken, lasting(tokens.claims.exp));
  if (tokens.isRefreshTokenNew) await setCookie(names.refresh, tokens.refreshToken, lasting(tokens.refreshExpiresAt));
}

/** Deletes the cookies of a session. Only sign-out may: a refusal could be about an older session than the jar's. */
export async function deleteSessionCookies(): Promise<void> {
  const names = ourCookieNames();
  await setCookie(names.access, '', { maxAge: 0 });
  await setCookie(names.refresh, '', { maxAge: 0 });
}

export const setPendingCookie = (sealed: string): Promise<void> =>
  setCookie(ourCookieNames().pending, sealed, { maxAge: CEREMONY_SECONDS });

export const deletePendingCookie = (): Promise<void> => setCookie(ourCookieNames().pending, '', { maxAge: 0 });

/** Marks this browser as one that signed in before, so that strangers' guesses cannot slow its owner down. */
export const setDeviceCookie = (device: string): Promise<void> =>
  setCookie(ourCookieNames().device, device, { maxAge: DEVICE_SECONDS });

async function setCookie(name: string, value: string, lifetime: { maxAge?: number }): Promise<void> {
  (await cookies()).set({ name, value, ...cookieAttributes(env().isSecureOrigin), ...lifetime });
}
