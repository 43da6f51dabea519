import 'server-only';
import { cookies, headers } from 'next/headers';
import { type CookieNames, confirmedCookie, cookieAttributes, cookieNames } from '@/lib/core/http/cookies';
import { CEREMONY_SECONDS, INVITATION_SECONDS } from '@/lib/core/policy';
import { days } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';

const DEVICE_SECONDS = days(365);

/** Names of our cookies under the configured origin. */
export const ourCookieNames = (): CookieNames => cookieNames(env().isSecureOrigin);

/** What was set in answer to the request of these headers, by name; '' for what was deleted. */
const setInAnswer = new WeakMap<object, Map<string, string>>();

/**
 * One of our cookies in the request that is running, whose headers are given; null when it is absent, comes twice, or is
 * spelt another way. The page that a server action answers with is made in the same request: it has what the action set.
 */
export async function ourCookie(requestHeaders: Headers, which: keyof CookieNames): Promise<string | null> {
  const name = ourCookieNames()[which];
  const set = setInAnswer.get(requestHeaders)?.get(name);
  if (set !== undefined) return set === '' ? null : set;
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

/** Lets the page where a person arrives offer them a passkey, if it can. */
export const setInvitationCookie = (userId: string): Promise<void> =>
  setOurCookie('invitation', userId, { maxAge: INVITATION_SECONDS });

export const deleteInvitationCookie = (): Promise<void> => setOurCookie('invitation', '', { maxAge: 0 });

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
  const requestHeaders = await headers();
  setInAnswer.set(requestHeaders, (setInAnswer.get(requestHeaders) ?? new Map()).set(name, value));
  (await cookies()).set({ name, value, ...cookieAttributes(env().isSecureOrigin), ...lifetime });
}
