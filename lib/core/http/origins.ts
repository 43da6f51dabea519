/** The two addresses that the edge must know. Neither is secret, neither is ever taken from a request. */
export type PublicOrigins = {
  readonly ok: true;
  /** `APP_ORIGIN`: what people type; issuer and audience. */
  readonly appOrigin: string;
  /** `INTERNAL_ORIGIN`: where this server reaches itself. */
  readonly internalOrigin: string;
  readonly isSecure: boolean;
};

export type OriginFault = { readonly ok: false; readonly fault: string };

type Source = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = '3000';

/** True for `localhost`, `127.0.0.1` and `[::1]`, as `URL.hostname` writes them. */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';

/** The schemes whose origin the URL standard defines, or whose pages all have one: no application can have them. */
const SHARED_SCHEMES = /^(?:https?|wss?|ftp|file|data|blob|about|javascript):/;

/**
 * True for an origin as `Origin` may say it: a web origin in its one spelling, or scheme and host of an application's own
 * pages, such as `capacitor://localhost`, of which the URL parser knows no origin. Both are compared as text: an asterisk stands for nothing.
 */
export const isListableOrigin = (text: string): boolean =>
  (parseOrigin(text)?.origin === text && !text.includes('*')) ||
  (/^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._-]+(?::\d{1,5})?$/.test(text) && !SHARED_SCHEMES.test(text));

/** True for an absolute URI without a fragment, what may name a resource (RFC 8707 §2). */
export const isResource = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) && !text.includes('#') && text.length <= 256 && URL.canParse(text);

/** True on Vercel, whose proxies stand between the server and itself as well. */
export const isVercel = (source: Source): boolean => source['VERCEL'] === '1';

/**
 * Reads both from the environment given. A plain http origin is accepted for this machine only: everything else would
 * send cookies in the clear.
 *
 * A preview on Vercel is a site of its own and has two addresses: `VERCEL_BRANCH_URL`, which pull requests link to and
 * which moves to the newest deployment of the branch, and `VERCEL_URL` of this deployment alone. The first is the site's,
 * where there is a branch; redirects to the login page lead there. The server reaches itself at the second, because the
 * first may be another build by then. Requests to the second are answered as well, with cookies of their own.
 */
export function publicOrigins(source: Source): PublicOrigins | OriginFault {
  const own = previewHost(source);
  const given = own === null ? (source['APP_ORIGIN'] ?? '') : `https://${source['VERCEL_BRANCH_URL'] || own}`;
  const app = parseOrigin(given);
  if (app === null) {
    return { ok: false, fault: 'APP_ORIGIN must be an origin such as https://app.example.com, without a path' };
  }
  if (app.protocol === 'http:' && !isLoopbackHost(app.hostname)) {
    return { ok: false, fault: 'APP_ORIGIN must be https: plain http is accepted for localhost only' };
  }
  const internal = parseOrigin(source['INTERNAL_ORIGIN'] || internalDefault(source, app.origin));
  if (internal === null) return { ok: false, fault: 'INTERNAL_ORIGIN must be an origin such as http://127.0.0.1:3000' };
  return { ok: true, appOrigin: app.origin, internalOrigin: internal.origin, isSecure: app.protocol === 'https:' };
}

/** The address of this deployment alone, if it is a preview. */
const previewHost = (source: Source): string | null =>
  source['VERCEL_ENV'] === 'preview' ? source['VERCEL_URL'] || null : null;

function internalDefault(source: Source, appOrigin: string): string {
  const own = previewHost(source);
  if (own !== null) return `https://${own}`;
  return isVercel(source) ? appOrigin : `http://127.0.0.1:${source['PORT'] || DEFAULT_PORT}`;
}

/** An absolute http(s) URL that is nothing but an origin; null otherwise. */
function parseOrigin(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return isBare && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null;
}
