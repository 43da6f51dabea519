import 'server-only';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { readCredentials } from '@/lib/core/http/bearer';
import { readCookie } from '@/lib/core/http/cookies';
import { loginPath } from '@/lib/core/http/safe-redirect';
import { andThen, type MaybePromise } from '@/lib/core/maybe-promise';
import { isAtHome } from '@/lib/core/session/network-binding';
import { verifyAccessToken } from '@/lib/core/token/access-token';
import type { AccessClaims } from '@/lib/core/token/claims';
import { KEPT_TOKENS, verifiedTokens } from '@/lib/core/token/verified-tokens';
import { env } from '@/lib/server/config/env';
import { ourCookieNames } from '@/lib/server/http/cookies';
import { networkOfRequest } from '@/lib/server/http/request-facts';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { log } from '@/lib/server/observability/logger';
import { isRevokedPlace } from '@/lib/server/revocation/revoked-places';
import { findPublicUser, type PublicUser } from '@/lib/server/users/user-store';

/** Somebody signed in: who, and by which session. */
export type Viewer = { readonly user: PublicUser; readonly session: AccessClaims };

/** `invalid_token` and `malformed_credentials`: the request brought a Bearer token, or tried to. */
export type AuthenticationFailure = 'unauthenticated' | 'invalid_token' | 'malformed_credentials';

/**
 * The session of a request, from its headers alone and with no statement of its own. With an `Authorization` header no
 * cookie is read, and a bad Bearer token never falls back to one. Rejects when nobody can tell whether the session was
 * ended (the database does not answer): that is our trouble, not the caller's.
 */
export function authenticate(requestHeaders: Headers): MaybePromise<Result<AccessClaims, AuthenticationFailure>> {
  const authorization = requestHeaders.get('authorization');
  const network = networkOfRequest(requestHeaders);
  if (authorization === null) {
    const cookie = readCookie(requestHeaders.get('cookie'), ourCookieNames().access);
    return cookie === null ? fail('unauthenticated') : authenticateToken(cookie, network, 'unauthenticated');
  }
  const credentials = readCredentials(authorization);
  if (credentials.kind === 'none') return fail('unauthenticated');
  if (credentials.kind === 'malformed') return fail('malformed_credentials');
  return authenticateToken(credentials.token, network, 'invalid_token');
}

function authenticateToken(
  token: string,
  network: string | null,
  otherwise: AuthenticationFailure,
): MaybePromise<Result<AccessClaims, AuthenticationFailure>> {
  return andThen(verifyOwnToken(token, [env().appOrigin]), (session) =>
    andThen(session !== null && isAtHome(session, network), (isGood) =>
      session !== null && isGood ? succeed(session) : fail(otherwise),
    ),
  );
}

/** Tokens whose signature need not be computed again. */
const seen = verifiedTokens(KEPT_TOKENS);

/**
 * The claims of an access token of ours for one of `audiences`; null for any other text. Knows of ended sessions at once
 * where they were ended, and a second later elsewhere. Rejects when the database does not answer.
 */
export function verifyOwnToken(token: string, audiences: readonly string[]): MaybePromise<AccessClaims | null> {
  const expected = { issuer: env().appOrigin, audience: audiences };
  const verified = andThen(liveKeyring(), ({ verifying }) =>
    verifyAccessToken(token, verifying, expected, Date.now() / 1000, checkStatus, seen),
  );
  return andThen(verified, (outcome) => {
    if (outcome.ok) return outcome.value;
    if (outcome.code !== 'expired') log.info('token.invalid', { reason: outcome.code });
    return null;
  });
}

/** The issuer needs no list: it holds what the lists are made of, a second old at most. */
function checkStatus(claims: AccessClaims): MaybePromise<'valid' | 'revoked'> {
  const { idx, uri } = claims.status.status_list;
  return andThen(isRevokedPlace(uri, idx), (isRevoked) => (isRevoked ? 'revoked' : 'valid'));
}

/** The session of the page, action or handler that is running; null when there is none. No statement of its own. */
export const findSession = cache(async (): Promise<AccessClaims | null> => {
  const found = await authenticate(asPage(await headers()));
  return found.ok ? found.value : null;
});

/** Pages are for browsers: an `Authorization` header says nothing there. */
function asPage(all: Headers): Headers {
  const kept = new Headers();
  for (const name of ['cookie', 'x-forwarded-for']) {
    const value = all.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

/**
 * The person signed in, or a redirect to the login page that leads back to `path`. Every page and every server action
 * asks, whatever the middleware said: middleware can be bypassed (CVE-2025-29927).
 */
export async function requireUser(path: string): Promise<Viewer> {
  const session = await findSession();
  const user = session === null ? null : await findUser(session.sub);
  if (session === null || user === null) redirect(loginPath(path));
  return { user, session };
}

/** As `requireUser`; for anybody but an admin, by the database's word and not the token's, there is no such page. */
export async function requireAdmin(path: string): Promise<Viewer> {
  const viewer = await requireUser(path);
  if (viewer.user.role !== 'admin') notFound();
  return viewer;
}

const findUser = cache(findPublicUser);
