import { PRIVATE_HEADERS } from './problem';

/**
 * What a person sees while the server cannot tell who they are: 503 with `Retry-After`. No script, no asset: it must not
 * need what is missing.
 */
export function unavailablePage(siteName: string, nonce: string, retryAfterSeconds: number): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>One moment · ${siteName}</title>
<style nonce="${nonce}">
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 2rem; box-sizing: border-box;
    font: 1.125rem/1.6 system-ui, sans-serif; background: #eff1ec; color: #1b1929; }
  h1 { margin: 0 0 0.5rem; font-size: 2rem; line-height: 1.2; }
  p { margin: 0 0 1.5rem; max-width: 32rem; }
  a { color: #4527a8; font-weight: 600; padding: 0.75rem 0; }
  @media (prefers-color-scheme: dark) { body { background: #121119; color: #ecebf4; } a { color: #b3a2ff; } }
</style>
<main>
<h1>One moment</h1>
<p>This page cannot be shown right now. Nothing is lost, and nobody has signed you out.</p>
<a href="">Try again</a>
</main>
</html>`;
  const headers = {
    ...PRIVATE_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'retry-after': String(retryAfterSeconds),
  };
  return new Response(html, { status: 503, headers });
}
