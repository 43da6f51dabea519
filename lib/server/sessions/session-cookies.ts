import 'server-only';
import { setOurCookie } from '@/lib/server/http/cookies';
import type { IssuedTokens } from './tokens';

/**
 * Hands the tokens to the browser. A remembered session's cookies live as long as their tokens; any other's end with the
 * browser. A refresh token that the browser already holds is not set again: an answer that was slow would put it back
 * over a newer one, and the next refresh would look like theft.
 */
export async function setSessionCookies(tokens: IssuedTokens): Promise<void> {
  const lasting = (until: number) => (tokens.remember ? { maxAge: Math.max(0, Math.floor(until - tokens.now)) } : {});
  await setOurCookie('access', tokens.accessToken, lasting(tokens.claims.exp));
  if (tokens.isRefreshTokenNew) await setOurCookie('refresh', tokens.refreshToken, lasting(tokens.refreshExpiresAt));
}

/** Deletes the cookies of a session. Only sign-out may: a refusal could be about an older session than the jar's. */
export async function deleteSessionCookies(): Promise<void> {
  await setOurCookie('access', '', { maxAge: 0 });
  await setOurCookie('refresh', '', { maxAge: 0 });
}
