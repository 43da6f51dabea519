import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { AccessClaims } from '@/lib/core/token/claims';
import { ourCookie } from '@/lib/server/http/cookies';
import { type RequestFacts, requestFacts } from '@/lib/server/http/request-facts';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { type AuthenticationFailure, authenticate } from './current-user';
import { refresh } from './refresh';
import { setSessionCookies } from './session-cookies';
import type { IssuedTokens } from './tokens';

type Renewed = Result<IssuedTokens, 'session_ended'>;

const underWay = new Map<string, Promise<Renewed>>();

/**
 * New cookies for the browser whose request is running, in exchange for its refresh cookie, at one statement. Requests of
 * one browser that come at the same moment share one renewal in this process; those of others converge in the database.
 * For route handlers, which may set cookies. Throws when the database does not answer: then nothing is known of the session.
 */
export async function renewSession(refreshToken: string | null, facts: RequestFacts): Promise<Renewed> {
  const renewed = await (refreshToken === null ? fail('session_ended') : sharedRefresh(refreshToken, facts));
  if (renewed.ok) await setSessionCookies(renewed.value);
  return renewed;
}

/** Shared by requests that look the same only: what else a request says of its device and network is kept and audited. */
function sharedRefresh(refreshToken: string, facts: RequestFacts): Promise<Renewed> {
  const asked = JSON.stringify([refreshToken, facts.ip, facts.userAgent]);
  const running = underWay.get(asked);
  if (running !== undefined) return running;
  const renewal = refreshBrowser(refreshToken, facts).finally(() => underWay.delete(asked));
  underWay.set(asked, renewal);
  return renewal;
}

async function refreshBrowser(refreshToken: string, facts: RequestFacts): Promise<Renewed> {
  const refreshed = await refresh(refreshToken, 'browser', facts);
  if (refreshed.ok) return refreshed;
  if (refreshed.code === 'reuse_detected') sendDueMail();
  return fail('session_ended');
}

/**
 * Who calls a route handler: as `authenticate`, and a browser whose access token has run out is given a new one on the
 * way. `session_ended`: it brought a refresh cookie that is good no more.
 */
export async function findCaller(
  requestHeaders: Headers,
): Promise<Result<AccessClaims, AuthenticationFailure | 'session_ended'>> {
  const found = await authenticate(requestHeaders);
  if (found.ok || found.code !== 'unauthenticated') return found;
  const refreshToken = await ourCookie(requestHeaders, 'refresh');
  if (refreshToken === null) return found;
  const renewed = await renewSession(refreshToken, requestFacts(requestHeaders));
  return renewed.ok ? succeed(renewed.value.claims) : renewed;
}
