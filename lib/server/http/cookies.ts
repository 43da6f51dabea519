import 'server-only';
import { cookies } from 'next/headers';
import { type CookieNames, cookieAttributes, cookieNames } from '@/lib/core/http/cookies';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { days } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';

const DEVICE_SECONDS = days(365);

/** Names of our cookies under the configured origin. */
export const ourCookieNames = (): CookieNames => cookieNames(env().isSecureOrigin);

export const setPendingCookie = (sealed: string): Promise<void> =>
  setCookie(ourCookieNames().pending, sealed, { maxAge: CEREMONY_SECONDS });

export const deletePendingCookie = (): Promise<void> => setCookie(ourCookieNames().pending, '', { maxAge: 0 });

/** Marks this browser as one that signed in before, so that strangers' guesses cannot slow its owner down. */
export const setDeviceCookie = (device: string): Promise<void> =>
  setCookie(ourCookieNames().device, device, { maxAge: DEVICE_SECONDS });

/** Sets a cookie with the attributes that all of ours have. Without `maxAge` (seconds) it ends with the browser; with 0 it is deleted. */
export async function setCookie(name: string, value: string, lifetime: { maxAge?: number }): Promise<void> {
  (await cookies()).set({ name, value, ...cookieAttributes(env().isSecureOrigin), ...lifetime });
}
