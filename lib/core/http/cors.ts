/**
 * Who else's pages may read an endpoint's answers. `listed`: pages of the origins in `CORS_ORIGINS`, with a Bearer token.
 * `anybody`: the public documents, which are the same for all. Never with cookies: no answer allows credentials.
 */
export type Sharing = 'none' | 'listed' | 'anybody';

export type CorsRequest = {
  readonly method: string;
  readonly origin: string | null;
  /** `Access-Control-Request-Method`: what tells a preflight from any other OPTIONS. */
  readonly preflightMethod: string | null;
};

/** Browsers forget a preflight's answer after two hours at the latest; a withdrawn origin should not wait for that. */
const PREFLIGHT_SECONDS = 600;
const READABLE = 'Age, ETag, Retry-After, WWW-Authenticate';
const SENDABLE: Record<Exclude<Sharing, 'none'>, string> = {
  listed: 'authorization, content-type',
  anybody: 'if-none-match',
};

/** CORS headers of an answer (Fetch §3.3). Empty where the origin may not read it: then the browser keeps it to itself. */
export function corsHeaders(
  sharing: Sharing,
  { method, origin, preflightMethod }: CorsRequest,
  allowedMethods: readonly string[],
  listedOrigins: readonly string[],
): Record<string, string> {
  if (sharing === 'none') return {};
  // Answers differ by origin as soon as one is listed; a cache must not hand one's answer to another.
  const vary: Record<string, string> = sharing === 'listed' && listedOrigins.length > 0 ? { vary: 'Origin' } : {};
  if (origin === null || (sharing === 'listed' && !listedOrigins.includes(origin))) return vary;
  const allowOrigin = sharing === 'anybody' ? '*' : origin;
  const common = { ...vary, 'access-control-allow-origin': allowOrigin };
  if (method !== 'OPTIONS' || preflightMethod === null) return { ...common, 'access-control-expose-headers': READABLE };
  return {
    ...common,
    'access-control-allow-methods': allowedMethods.join(', '),
    'access-control-allow-headers': SENDABLE[sharing],
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
}
