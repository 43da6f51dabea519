import type { BrowserContext, Cookie } from '@playwright/test';
import { cookieNames } from '@/lib/core/http/cookies';

/** Names of our cookies on http://localhost. */
export const { access: ACCESS, refresh: REFRESH } = cookieNames(false);

/** What is left when the access token has run out: the refresh cookie alone. */
export const loseAccessCookie = (context: BrowserContext): Promise<void> => context.clearCookies({ name: ACCESS });

/** A cookie of the browser; undefined when it has none of that name. */
export async function cookieOf(context: BrowserContext, name: string): Promise<Cookie | undefined> {
  return (await context.cookies()).find((cookie) => cookie.name === name);
}

/** The text of a cookie; empty when there is none. */
export const cookieText = async (context: BrowserContext, name: string): Promise<string> =>
  (await cookieOf(context, name))?.value ?? '';

/** The claims of the access token that the browser holds, unverified. */
export async function heldClaims(context: BrowserContext): Promise<{ jti: string; sid: string; exp: number }> {
  const [, payload = ''] = (await cookieText(context, ACCESS)).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}
