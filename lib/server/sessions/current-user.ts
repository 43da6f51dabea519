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
import { networkOfRequest, requestFacts } from '@/lib/server/http/request-facts';
import { lastKnownKeyring } from '@/lib/server/keys/live-keyring';
import { isDevelopment, log } from '@/lib/server/observability/logger';
import { noteForbidden } from '@/lib/server/observability/refusals';
import { statusOf } from '@/lib/server/revocation/marked-sessions';
import { findPublicUser, type PublicUser } from '@/lib/server/users/user-store';
import { claimsOfNow } from './claims-of-now';
import type { SessionClaims } from './product-claims';

/** The person signed in, and the session that says so. */
export type Viewer = { readonly user: PublicUser; readonly session: SessionClaims };

/**
 * `invalid_token`, `stale_claims` and `malformed_credentials`: the request brought a Bearer token, or tried to. Of a cookie
 * with stale claims it is said that nobody is there, until it was renewed.
 */
export type AuthenticationFailure = 'unauthenticated' | 'invalid_token' | 'stale_claims' | 'malformed_credentials';

/**
 * The session of the request that is running, whose headers are given, with no statement of its own. With a Bearer
 * credential, readable or not, no cookie is read; other schemes are somebody else's and change nothing. Rejects when the database
 * has been away for 30 s, because then it is not known whether the session was ended: our trouble, not the caller's.
 */
export async function authenticate(requestHeaders: Headers): Promise<Result<SessionClaims, AuthenticationFailure>> {
  const credentials = readCredentials(requestHeaders.get('authorization'));
  if (credentials.kind === 'malformed') return fail('malformed_credentials');
  if (credentials.kind === 'bearer') {
    const found = await tokenOf(credentials.token, requestHeaders);
    if (found === null) return fail('invalid_token');
    return found.isStale ? fail('stale_claims') : succeed(found.claims);
  }
  const found = await cookieToken(requestHeaders);
  return found === null || found.isStale ? fail('unauthenticated') : succeed(found.claims);
}

async function cookieToken(requestHeaders: Headers): Promise<OwnToken | null> {
  const token = await ourCookie(requestHeaders, 'access');
  return token === null ? null : tokenOf(token, requestHeaders);
}

/** A token for our own API that may be used where the request comes from. */
async function tokenOf(text: string, requestHeaders: Headers): Promise<OwnToken | null> {
  const token = await verifyOwnToken(text, [env().appOrigin]);
  if (token === null) return null;
  return (await isAtHome(token.claims, networkOfRequest(requestHeaders))) ? token : null;
}

/** Tokens whose signature need not be computed again. */
const seen = verifiedTokens(KEPT_TOKENS);

/** A good token. `isStale`: its session goes on, and its claims are true no more. */
export type OwnToken = { readonly claims: SessionClaims; readonly isStale: boolean };

/**
 * The access token of ours for one of `audiences` in `text`; null for any other text. Knows of ended sessions and of claims
 * that changed at once where it happened, and a second later elsewhere. Rejects when the database has been away for 30 s.
 */
export async function verifyOwnToken(text: string, audiences: readonly string[]): Promise<OwnToken | null> {
  const expected = { issuer: env().appOrigin, audience: audiences };
  const { verifying } = await lastKnownKeyring();
  let isStale = false as boolean;
  /** The issuer needs no list: it holds what the lists are made of, a second old at most. */
  async function checkStatus({ status }: AccessClaims): Promise<'valid' | 'revoked'> {
    const found = await statusOf(status.status_list.uri, status.status_list.idx);
    isStale = found === 'stale';
    return found === 'revoked' ? 'revoked' : 'valid';
  }
  const verified = await verifyAccessToken(text, verifying, expected, Date.now() / 1000, checkStatus, seen);
  // Own claims have the type that they had when this release, or another one, signed them.
  if (verified.ok) return { claims: verified.value as SessionClaims, isStale };
  if (verified.code !== 'expired') log.info('token.invalid', { reason: verified.code });
  return null;
}

/**
 * The session of the page, action or handler that is running; null when there is none. No statement of its own, but for one
 * where its claims changed a moment ago and no middleware has renewed the token yet.
 */
export const findSession = cache(async (): Promise<SessionClaims | null> => {
  // Pages and actions are for browsers: an `Authorization` header says nothing there.
  const requestHeaders = await headers();
  const found = await cookieToken(requestHeaders);
  if (found === null) return null;
  return found.isStale ? claimsOfNow(found.claims, requestFacts(requestHeaders)) : found.claims;
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
  if (viewer.user.role === 'admin') return viewer;
  noteForbidden({ method: 'GET', path: path.split('?')[0] ?? '' }, viewer.session);
  notFound();
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
