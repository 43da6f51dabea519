import { fail, type Result, succeed } from '../failures';
import { bearerToken } from './bearer';
import { type CookieNames, hasAnyCookie } from './cookies';

/** What of a request decides whether it came from our own pages. */
export type OriginFacts = {
  readonly method: string;
  /** `Sec-Fetch-Site` (Fetch Metadata): browsers set it, scripts cannot. */
  readonly secFetchSite: string | null;
  readonly origin: string | null;
  readonly contentType: string | null;
  /** True when the request brings any cookie of ours. */
  readonly hasOurCookie: boolean;
  /** True when the request brings a Bearer token, good or not. */
  readonly hasBearer: boolean;
};

/** The facts of a request, from its headers; `names` are those of our cookies. */
export const originFacts = (method: string, headers: Headers, names: CookieNames): OriginFacts => ({
  method,
  secFetchSite: headers.get('sec-fetch-site'),
  origin: headers.get('origin'),
  contentType: headers.get('content-type'),
  get hasOurCookie() {
    return hasAnyCookie(headers.get('cookie'), names);
  },
  hasBearer: bearerToken(headers.get('authorization')) !== null,
});

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses unsafe requests that another site may have caused, with or without cookies: login is a target too (login
 * CSRF). `Sec-Fetch-Site` decides where it is sent, `Origin` where it is not (RFC 6454). A request with neither comes
 * from a program; it passes only when it could not be a forged form: none of our cookies, and JSON or a Bearer token,
 * which no page can send across origins without asking first.
 */
export function checkOrigin(facts: OriginFacts, appOrigin: string): Result<void, 'origin_refused'> {
  if (SAFE_METHODS.has(facts.method.toUpperCase())) return succeed(undefined);
  const { secFetchSite, origin } = facts;
  if (origin !== null && origin !== 'null' && !isSerializedOrigin(origin)) return fail('origin_refused');
  if (secFetchSite !== null) return secFetchSite === 'same-origin' ? succeed(undefined) : fail('origin_refused');
  if (origin !== null) return origin === appOrigin ? succeed(undefined) : fail('origin_refused');
  const isPlainProgram = !facts.hasOurCookie && (facts.hasBearer || isJson(facts.contentType));
  return isPlainProgram ? succeed(undefined) : fail('origin_refused');
}

/** True for an origin as browsers write it. Anything else makes later parsers disagree or throw. */
function isSerializedOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** True for `application/json`, with or without parameters. */
export const isJson = (contentType: string | null): boolean => mediaType(contentType) === 'application/json';

/** True for the one form encoding that we read. */
export const isForm = (contentType: string | null): boolean =>
  mediaType(contentType) === 'application/x-www-form-urlencoded';

const mediaType = (contentType: string | null): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
