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

const DEFAULT_PORT = '3000';

/** True for `localhost`, `127.0.0.1` and `[::1]`, as `URL.hostname` writes them. */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';

/** True for a web origin in its one spelling, as browsers send it in `Origin`. */
export const isWebOrigin = (text: string): boolean => parseOrigin(text)?.origin === text;

/** True for an absolute URI without a fragment, what may name a resource (RFC 8707 §2). */
export const isResource = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(text) && !text.includes('#') && text.length <= 256 && URL.canParse(text);

/**
 * Reads both from the environment given. On Vercel `APP_ORIGIN` of a preview is its own `VERCEL_URL`, so that a preview
 * never refreshes against production. A plain http origin is accepted for this machine only: everything else would
 * send cookies in the clear.
 */
export function publicOrigins(source: Readonly<Record<string, string | undefined>>): PublicOrigins | OriginFault {
  const isPreview = source['VERCEL_ENV'] === 'preview' && source['VERCEL_URL'] !== undefined;
  const given = isPreview ? `https://${source['VERCEL_URL']}` : (source['APP_ORIGIN'] ?? '');
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

function internalDefault(source: Readonly<Record<string, string | undefined>>, appOrigin: string): string {
  return source['VERCEL'] === '1' ? appOrigin : `http://127.0.0.1:${source['PORT'] || DEFAULT_PORT}`;
}

/** An absolute http(s) URL that is nothing but an origin; null otherwise. */
function parseOrigin(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return isBare && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null;
}
