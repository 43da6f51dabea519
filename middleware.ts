import { type NextRequest, NextResponse } from 'next/server';
import type { Result, TokenFailure } from '@/lib/core/failures';
import { isAnonymous } from '@/lib/core/http/anonymous';
import { readCredentials } from '@/lib/core/http/bearer';
import { isTooLarge } from '@/lib/core/http/body-limit';
import { contentSecurityPolicy } from '@/lib/core/http/content-security-policy';
import { confirmedCookie, cookieNames, replaceCookies } from '@/lib/core/http/cookies';
import { clientAddress, sharedNetworks } from '@/lib/core/http/network-address';
import { checkOrigin, originFacts } from '@/lib/core/http/origin-check';
import { type PublicOrigins, publicOrigins } from '@/lib/core/http/origins';
import { HEADERS_OF_NO_PAGE, PRIVATE_HEADERS, type ProblemCode, problemDocument } from '@/lib/core/http/problem';
import { type Access, accessOf, isDecodable } from '@/lib/core/http/route-policy';
import { loginPath } from '@/lib/core/http/safe-redirect';
import { mayBeAction, mayNameAction } from '@/lib/core/http/server-action';
import { TRACEPARENT } from '@/lib/core/http/trace-context';
import { unavailablePage } from '@/lib/core/http/unavailable-page';
import { boundNetwork, isAtHome, NETWORK_BINDINGS } from '@/lib/core/session/network-binding';
import type { AccessClaims } from '@/lib/core/token/claims';
import { edgeAmbient, selfCalls } from '@/lib/verifier/self-calls';
import { type RefreshOutcome, transparentRefresh } from '@/lib/verifier/transparent-refresh';
import { tokenVerifier } from '@/lib/verifier/verifier';
import { LOOK, SITE } from '@/site';

export const config = {
  // Never the refresh endpoint itself: Next stops no loop. `accessOf` says the same once more, in code.
  // Paths with an escape come here whatever they lead to, for `isDecodable` to look at.
  matcher: [
    '/:path(.*%.*)',
    // With a token of either kind there is nothing to do here: the handler verifies it, and renews what has run out.
    {
      source: '/api/((?!auth/(?!step-up)|oauth/).*)',
      missing: [
        { type: 'header', key: 'authorization', value: '[Bb][Ee][Aa][Rr][Ee][Rr] +\\S+ *' },
        { type: 'cookie', key: '__Host-access' },
        { type: 'cookie', key: 'handstamp-access' },
      ],
    },
    // All but the API, the public documents and what the build made, by their exact names: whatever else stands at such a
    // place is a page, if only one that says that nothing is there, and gets the policy of pages.
    '/((?!api/|\\.well-known/(?:jwks\\.json|oauth-authorization-server)$|status-lists(?:/[^/]+)?$|_next/static/|_next/image$|icon\\.svg$|favicon\\.ico$).*)',
  ],
};

const RETRY_AFTER_SECONDS = 2;
const BROKEN_PAGE = '/_global-error';

/** What the edge knows, made on the first request: two public addresses and what is fetched from them. No secret. */
let gate: Gate | undefined;
type Gate = ReturnType<typeof openGate>;

function openGate() {
  const { APP_ORIGIN, INTERNAL_ORIGIN, PORT, VERCEL, VERCEL_ENV, VERCEL_URL, VERCEL_BRANCH_URL } = process.env;
  const { SESSION_NETWORK_BINDING, TRUSTED_PROXY_HOPS, OTEL_EXPORTER_OTLP_ENDPOINT: collector } = process.env;
  const platform = { VERCEL, VERCEL_ENV, VERCEL_URL, VERCEL_BRANCH_URL };
  const origins = publicOrigins({ APP_ORIGIN, INTERNAL_ORIGIN, PORT, ...platform });
  if (!origins.ok) throw new Error(origins.fault);
  const { appOrigin, internalOrigin, isSecure }: PublicOrigins = origins;
  const names = cookieNames(isSecure);
  const trustedProxyHops = Number(TRUSTED_PROXY_HOPS ?? 0);
  const networkBinding = NETWORK_BINDINGS.find((binding) => binding === SESSION_NETWORK_BINDING) ?? 'off';
  const bypass = process.env['VERCEL_AUTOMATION_BYPASS_SECRET'];
  // biome-ignore lint/suspicious/noConsole: the edge has no other way to the log
  const write = (line: string) => console.error(line);
  const calls = selfCalls({ origin: internalOrigin, bypass, write, random, ambient: collector ? edgeAmbient() : null });
  return {
    appOrigin,
    names,
    calls,
    networkOf: (forwardedFor: string | null) =>
      boundNetwork(networkBinding, clientAddress(forwardedFor, trustedProxyHops)),
    sharersOf: (forwardedFor: string | null) => sharedNetworks(forwardedFor, trustedProxyHops),
    verify: tokenVerifier({ issuer: appOrigin, audience: appOrigin, fetchOrigin: internalOrigin }, calls.surroundings),
    refresh: transparentRefresh({ internalOrigin, appOrigin, refreshCookieName: names.refresh }, calls.surroundings),
  };
}

/** What a request carries on is its `cookie`, and where it stands in a trace; no more. */
export async function middleware(request: NextRequest): Promise<Response> {
  gate ??= openGate();
  const open = gate;
  return open.calls.follow(request.headers, () => judge(request, open));
}

/** Origin check, then who may pass, then the headers of the page. */
async function judge(request: NextRequest, open: Gate): Promise<Response> {
  const { appOrigin, names, networkOf, verify } = open;
  const { headers, method, nextUrl } = request;
  // Next answers a path that it cannot decode with a plain 500, and its own page for failures with a 500 that caches keep.
  if (!isDecodable(nextUrl.pathname) || nextUrl.pathname === BROKEN_PAGE) return problemResponse('not_found');
  const access = accessOf(nextUrl.pathname);

  const credentials = access === 'api' ? readCredentials(headers.get('authorization')).kind : 'none';
  const facts = originFacts(method, headers, names);
  // The route behind verifies the token, and asks for the origin where it does not.
  if (credentials !== 'bearer' && !checkOrigin(facts, appOrigin).ok) return problemResponse('origin_refused');
  if (!mayNameAction(headers.get('next-action'))) return problemResponse('malformed_request');
  if (request.body !== null && (await isTooLarge(request))) return problemResponse('payload_too_large');
  if (access === 'unguarded') return goOn(request, access);
  // What an API is shown, its handler judges: it has keys and ended sessions in memory, and renews what has run out.
  const isRefused = access === 'api' && isAnonymous(method, headers, names);
  if (access === 'api') return isRefused ? problemResponse('unauthenticated') : goOn(request, access);

  const accessToken = readCookie(request, names.access);
  const verified = accessToken === null ? null : await verify(accessToken);
  // A session that is bound to another network takes the refresh path too: there it is refused, and audited.
  const isGood = verified?.ok === true && (await isAtHome(verified.value, networkOf(headers.get('x-forwarded-for'))));
  return isGood ? goOn(request, access) : goOnRefreshed(request, access, open, verified);
}

const problemResponse = (code: ProblemCode) => problemDocument(gate?.appOrigin ?? '', code);
const readCookie = ({ cookies, headers }: NextRequest, name: string): string | null =>
  confirmedCookie(headers.get('cookie'), name, cookies.get(name)?.value);

/**
 * Without a good access token: with a new one, if the refresh token brings it. Where everybody may pass, the visitor goes
 * on without one when it does not: a page that looks different to who is signed in is no reason to send anybody away.
 */
async function goOnRefreshed(
  request: NextRequest,
  access: Access,
  { names, networkOf, sharersOf, verify, refresh }: Gate,
  verified: Result<AccessClaims, TokenFailure> | null,
): Promise<Response> {
  const { headers } = request;
  const forwardedFor = headers.get('x-forwarded-for');
  const refreshToken = readCookie(request, names.refresh);
  if (refreshToken === null) {
    const isUnknown = verified?.ok === false && verified.code === 'status_unavailable';
    return isUnknown && needsSession(access) ? unavailable() : refuse(request, access);
  }
  const outcome = await refresh({
    refreshToken,
    userAgent: headers.get('user-agent'),
    forwardedFor,
    network: networkOf(forwardedFor),
    sharers: sharersOf(forwardedFor),
  });
  if (outcome.kind === 'refused') return refuse(request, access);
  if (outcome.kind === 'unavailable') return !needsSession(access) ? goOn(request, access) : unavailable();
  // A fresh token that we refuse is our own trouble (clocks, keys): a redirect would loop, and the visitor did nothing wrong. The new
  // cookies go out all the same: the session has rotated, and what the browser holds is about to look like a copy.
  const freshToken = outcome.cookies.get(names.access);
  const fresh = freshToken === undefined ? null : await verify(freshToken);
  return fresh?.ok || !needsSession(access) ? goOn(request, access, outcome) : withCookies(unavailable(), outcome);
}

type Refreshed = Extract<RefreshOutcome, { kind: 'refreshed' }>;

const needsSession = (access: Access): boolean => access === 'member' || access === 'admin' || access === 'api';

/**
 * Lets the request through. New cookies go both ways: on the request, so that the page or action behind runs once and
 * signed in, and on the response, so that the browser keeps them.
 */
function goOn(request: NextRequest, access: Access, refreshed?: Refreshed): Response {
  const isPage = access !== 'api' && !request.nextUrl.pathname.startsWith('/api/');
  const policy = isPage ? contentSecurityPolicy(newNonce(), process.env.NODE_ENV === 'development') : null;
  const response = next(request, policy, refreshed);
  if (policy !== null) response.headers.set('content-security-policy', policy);
  if (refreshed || needsSession(access)) {
    for (const [name, value] of Object.entries(PRIVATE_HEADERS)) response.headers.set(name, value);
  }
  return refreshed ? withCookies(response, refreshed) : response;
}

/** Changed request headers are listed to Next one by one: a request that needs no change is passed on as it came. */
function next(request: NextRequest, policy: string | null, refreshed?: Refreshed): NextResponse {
  const traceparent = gate?.calls.begun(request.headers) ?? null;
  if (policy === null && !refreshed && traceparent === null) return NextResponse.next();
  const headers = new Headers(request.headers);
  if (traceparent !== null) headers.set(TRACEPARENT, traceparent);
  if (refreshed) headers.set('cookie', replaceCookies(headers.get('cookie'), refreshed.cookies));
  // Next reads the nonce for its own scripts from the request.
  if (policy !== null) headers.set('content-security-policy', policy);
  return NextResponse.next({ request: { headers } });
}

function withCookies(response: Response, { setCookieLines }: Refreshed): Response {
  for (const line of setCookieLines) response.headers.append('set-cookie', line);
  return response;
}

/**
 * There is no session: to the login page, and back from there. Cookies stay: the answer may be about an older session than
 * the one that is in the jar when it arrives. A server action goes on, and its own guard refuses it: Next's client can
 * follow a redirect of an action and takes one of anybody else for a failure, and the guard can keep what was typed.
 */
function refuse(request: NextRequest, access: Access): Response {
  if (!needsSession(access) || mayBeAction(request.method, request.headers)) return goOn(request, access);
  const { pathname, search } = request.nextUrl;
  const location = new URL(loginPath(pathname + search), gate?.appOrigin);
  return new Response(null, { status: 303, headers: { ...HEADERS_OF_NO_PAGE, location: location.href } });
}

const unavailable = (): Response => unavailablePage({ ...SITE, ...LOOK }, newNonce(), RETRY_AFTER_SECONDS);

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
/** 128 random bits a page. */
const newNonce = (): string => btoa(String.fromCharCode(...random(16)));
