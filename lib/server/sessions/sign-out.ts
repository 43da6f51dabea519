import 'server-only';
import { bearerToken } from '@/lib/core/http/bearer';
import { everyCookie } from '@/lib/core/http/cookies';
import { hashSessionSecret } from '@/lib/core/token/refresh-token';
import { env } from '@/lib/server/config/env';
import { ourCookieNames } from '@/lib/server/http/cookies';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { verifyOwnToken } from './current-user';
import { endSessions } from './ending';
import { openRefreshToken } from './tokens';

const SIGNED_OUT = { reason: 'signed_out', audit: 'signed_out' } as const;

/**
 * Ends every session that the request shows a good token of, in its cookies or as a Bearer token: who signs out is told
 * so, and then none of it may go on. A cookie that comes twice counts each time. Without a good token there is nothing to
 * end, at no statement. Throws when the database does not answer: then the person is not signed out, and must not be
 * told so.
 */
export async function signOut(headers: Headers, facts: RequestFacts): Promise<void> {
  const cookie = headers.get('cookie');
  const names = ourCookieNames();
  for (const refreshToken of new Set(everyCookie(cookie, names.refresh))) await endByRefreshToken(refreshToken, facts);
  const bearer = bearerToken(headers.get('authorization'));
  const accessTokens = new Set([...everyCookie(cookie, names.access), ...(bearer === null ? [] : [bearer])]);
  for (const accessToken of accessTokens) await endByAccessToken(accessToken, [env().appOrigin], facts);
}

/**
 * Ends the session that a refresh token proves, also one that was rotated long ago; having one is enough. False, at no
 * statement, for text that is no refresh token of ours.
 */
export async function endByRefreshToken(text: string, facts: RequestFacts): Promise<boolean> {
  const presented = await openRefreshToken(text);
  if (presented === null) return false;
  const { sessionId, secret } = presented;
  const secretHash = await hashSessionSecret(secret);
  await endSessions({ sessionId, secretHash }, { ...SIGNED_OUT, facts, askedBy: sessionId });
  return true;
}

/** Ends the session of an access token for one of `audiences`. Any other text ends nothing, at no statement. */
export async function endByAccessToken(text: string, audiences: readonly string[], facts: RequestFacts): Promise<void> {
  // Stale claims or not: whose session it is has not changed.
  const found = await verifyOwnToken(text, audiences);
  if (found === null) return;
  const { sid, sub } = found.claims;
  await endSessions({ sessionId: sid, userId: sub }, { ...SIGNED_OUT, facts, askedBy: sid });
}
