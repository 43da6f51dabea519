import 'server-only';
import { cookies } from 'next/headers';
import { type CookieNames, confirmedCookie, cookieAttributes, cookieNames } from '@/lib/core/http/cookies';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { days } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';

const DEVICE_SECONDS = days(365);

/** Names of our cookies under the configured origin. */
export const ourCookieNames = (): CookieNames => cookieNames(env().isSecureOrigin);

/**
 * One of our cookies in the request that is running, whose headers are given; null when it is absent, comes twice, or is
 * spelt another way.
 */
export async function ourCookie(requestHeaders: Headers, which: keyof CookieNames): Promise<string | null> {
  const name = ourCookieNames()[which];
  const header = requestHeaders.get('cookie');
  return header === null ? null : confirmedCookie(header, name, (await cookies()).get(name)?.value);
}

/** True when the request that is running brings the cookie, readable or not. */
export const bringsOurCookie = async (which: keyof CookieNames): Promise<boolean> =>
  (await cookies()).has(ourCookieNames()[which]);

export const setPendingCookie = (sealed: string): Promise<void> =>
  setOurCookie('pending', sealed, { maxAge: CEREMONY_SECONDS });

export const deletePendingCookie = (): Promise<void> => setOurCookie('pending', '', { maxAge: 0 });

/** Holds what a refused form said, while its page is on the way: `maxAge` in seconds. */
export const setTypedCookie = (sealed: string, maxAge: number): Promise<void> =>
  setOurCookie('typed', sealed, { maxAge });

/** Marks this browser as one that signed in before, so that strangers' guesses cannot slow its owner down. */
export const setDeviceCookie = (device: string): Promise<void> =>
  setOurCookie('device', device, { maxAge: DEVICE_SECONDS });

/**
 * Sets one of our cookies, with the attributes that all of them have.
 *
 * @param lifetime `maxAge` in seconds; 0 deletes the cookie; without it the cookie ends with the browser.
 */
export async function setOurCookie(
  which: keyof CookieNames,
  value: string,
  lifetime: { maxAge?: number },
): Promise<void> {
  const name = ourCookieNames()[which];
  (await cookies()).set({ name, value, ...cookieAttributes(env().isSecureOrigin), ...lifetime });
}
