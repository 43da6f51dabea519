import { PRIVATE_HEADERS } from './problem';

type Colours = Readonly<Record<'paper' | 'ink' | 'accent', string>>;

/** What of the site's look the page shows: its name, the strokes of its sign in a field of 64 by 64, its colours. */
export type SiteLook = {
  readonly name: string;
  readonly glyph: readonly { readonly width: number; readonly path: string }[];
  readonly colours: { readonly light: Colours; readonly dark: Colours };
};

/**
 * What a person sees while the server cannot tell who they are: 503 with `Retry-After`. No script, no asset: it must not
 * need what is missing.
 */
export function unavailablePage(site: SiteLook, nonce: string, retryAfterSeconds: number): Response {
  const { light, dark } = site.colours;
  const name = site.name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>One moment · ${name}</title>
<style nonce="${nonce}">
  body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; padding: 1rem 5vw; box-sizing: border-box;
    font: 1.125rem/1.6 system-ui, sans-serif; background: ${light.paper}; color: ${light.ink}; }
  header a { display: inline-flex; align-items: center; gap: 0.625rem; color: inherit; text-decoration: none; }
  svg { width: 2.25rem; height: 2.25rem; color: ${light.accent}; }
  main { flex: 1; display: grid; place-content: center; }
  h1 { margin: 0 0 0.5rem; font-size: 2rem; line-height: 1.2; }
  p { margin: 0 0 1.5rem; max-width: 32rem; }
  a { color: ${light.accent}; font-weight: 600; padding: 0.75rem 0; }
  @media screen and (prefers-color-scheme: dark) {
    body { background: ${dark.paper}; color: ${dark.ink}; } a, svg { color: ${dark.accent}; } header a { color: inherit; }
  }
</style>
<header><a href="/">${markSvg(site)}${name}</a></header>
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

/** The mark: the sign inside its ring. */
function markSvg({ glyph }: SiteLook): string {
  const strokes = glyph.map(({ width, path }) => `<path d="${path}" stroke-width="${width}"/>`).join('');
  return `<svg viewBox="0 0 64 64" aria-hidden="true"><g transform="rotate(-8 32 32)" fill="none" stroke="currentColor" stroke-linejoin="round"><circle cx="32" cy="32" r="28.5" stroke-width="4"/><g transform="translate(1.6 1.6) scale(0.95)">${strokes}</g></g></svg>`;
}
