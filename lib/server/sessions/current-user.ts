import 'server-only';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { readCredentials } from '@/lib/core/http/bearer';
import { accessOf } from '@/lib/core/http/route-policy';
import { loginPath } from '@/lib/core/http/safe-redirect';
import { isAtHome } from '@/lib/core/session/network-binding';
import { verifyAccessToken } from '@/lib/core/token/access-token';
import type { AccessClaims } from '@/lib/core/token/claims';
import { KEPT_TOKENS, verifiedTokens } from '@/lib/core/token/verified-tokens';
import { env } from '@/lib/server/config/env';
import { ourCookie } from '@/lib/server/http/cookies';
import { networkOfRequest } from '@/lib/server/http/request-facts';
import { lastKnownKeyring } from '@/lib/server/keys/live-keyring';
import { isDevelopment, log } from '@/lib/server/observability/logger';
import { isRevoked } from '@/lib/server/revocation/revoked-sessions';
import { findPublicUser, type PublicUser } from '@/lib/server/users/user-store';

/** The person signed in, and the session that says so. */
export type Viewer = { readonly user: PublicUser; readonly session: AccessClaims };

/** `invalid_token` and `malformed_credentials`: the request brought a Bearer token, or tried to. */
export type AuthenticationFailure = 'unauthenticated' | 'invalid_token' | 'malformed_credentials';

/**
 * The session of the request that is running, whose headers are given, with no statement of its own. With a Bearer
 * credential, readable or not, no cookie is read; other schemes are somebody else's and change nothing. Rejects when the database
 * has been away for 30 s, because then it is not known whether the session was ended: our trouble, not the caller's.
 */
export async function authenticate(requestHeaders: Headers): Promise<Result<AccessClaims, AuthenticationFailure>> {
  const credentials = readCredentials(requestHeaders.get('authorization'));
  if (credentials.kind === 'none') return authenticateCookie(requestHeaders);
  if (credentials.kind === 'malformed') return fail('malformed_credentials');
  const session = await sessionOf(credentials.token, requestHeaders);
  return session === null ? fail('invalid_token') : succeed(session);
}

async function authenticateCookie(requestHeaders: Headers): Promise<Result<AccessClaims, 'unauthenticated'>> {
  const token = await ourCookie(requestHeaders, 'access');
  const session = token === null ? null : await sessionOf(token, requestHeaders);
  return session === null ? fail('unauthenticated') : succeed(session);
}

/** The claims of a token for our own API that may be used where the request comes from. */
async function sessionOf(token: string, requestHeaders: Headers): Promise<AccessClaims | null> {
  const session = await verifyOwnToken(token, [env().appOrigin]);
  if (session === null) return null;
  return (await isAtHome(session, networkOfRequest(requestHeaders))) ? session : null;
}

/** Tokens whose signature need not be computed again. */
const seen = verifiedTokens(KEPT_TOKENS);

/**
 * The claims of an access token of ours for one of `audiences`; null for any other text. Knows of ended sessions at once
 * where they were ended, and a second later elsewhere. Rejects when the database has been away for 30 s.
 */
export async function verifyOwnToken(token: string, audiences: readonly string[]): Promise<AccessClaims | null> {
  const expected = { issuer: env().appOrigin, audience: audiences };
  const { verifying } = await lastKnownKeyring();
  const verified = await verifyAccessToken(token, verifying, expected, Date.now() / 1000, checkStatus, seen);
  if (verified.ok) return verified.value;
  if (verified.code !== 'expired') log.info('token.invalid', { reason: verified.code });
  return null;
}

/** The issuer needs no list: it holds what the lists are made of, a second old at most. */
async function checkStatus(claims: AccessClaims): Promise<'valid' | 'revoked'> {
  const { idx, uri } = claims.status.status_list;
  return (await isRevoked(uri, idx)) ? 'revoked' : 'valid';
}

/** The session of the page, action or handler that is running; null when there is none. No statement of its own. */
export const findSession = cache(async (): Promise<AccessClaims | null> => {
  // Pages and actions are for browsers: an `Authorization` header says nothing there.
  const found = await authenticateCookie(await headers());
  return found.ok ? found.value : null;
});

/**
 * The person signed in, or a redirect to the login page that leads back to `path`. Every page and every server action
 * asks, whatever the middleware said: middleware can be bypassed (CVE-2025-29927).
 */
export async function requireUser(path: string): Promise<Viewer> {
  if (isDevelopment) noteMissingPolicy(path);
  return (await findViewer()) ?? redirect(loginPath(path));
}

/** The person signed in; null for a visitor. For what has something to do before it leads anybody away. */
export async function findViewer(): Promise<Viewer | null> {
  const session = await findSession();
  const user = session === null ? null : await findUser(session.sub);
  return session === null || user === null ? null : { user, session };
}

/** As `requireUser`, and a 404 for people who are no admin. The role is read from the database, not from the token. */
export async function requireAdmin(path: string): Promise<Viewer> {
  const viewer = await requireUser(path);
  if (viewer.user.role !== 'admin') notFound();
  return viewer;
}

const findUser = cache(findPublicUser);

const noted = new Set<string>();

/** A page works without its line in the table: guests are then led away by the page, and not before it. */
function noteMissingPolicy(path: string): void {
  const [pathname = path] = path.split('?', 1);
  if (accessOf(pathname) !== 'public' || noted.has(pathname)) return;
  noted.add(pathname);
  const reason = 'This page asks who is there: name its path in the table of lib/core/http/route-policy.ts too';
  log.warn('route_policy.missing', { path: pathname, reason });
}
