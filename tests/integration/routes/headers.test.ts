import { describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const { cookies } = await prepareSession();

/** What every answer carries. */
const ALWAYS = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), geolocation=(), microphone=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), usb=()',
  'x-frame-options': 'DENY',
};
const OF_THE_API = { ...ALWAYS, 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };
const PRIVATE = { 'cache-control': expect.stringContaining('no-store') };
const OF_A_PAGE = {
  ...ALWAYS,
  'content-security-policy': expect.stringMatching(/script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic';/),
};

type Case = readonly [what: string, path: string, options: RequestOptions, status: number, headers: object];

const post = { method: 'POST' } as const;
const FOREIGN = { origin: 'https://evil.example' };
const CASES: readonly Case[] = [
  ['a page', '/login', {}, 200, OF_A_PAGE],
  ['a page of somebody', '/dashboard', { cookies }, 200, { ...OF_A_PAGE, ...PRIVATE }],
  ['a page that is not there', '/nowhere', {}, 404, OF_A_PAGE],
  ['an answer of the API', '/api/auth/session', { cookies }, 200, { ...OF_THE_API, ...PRIVATE }],
  ['an answer behind the middleware', '/api/me', { cookies }, 200, { ...OF_THE_API, ...PRIVATE }],
  ['an error of a handler', '/api/auth/session', {}, 401, { ...OF_THE_API, ...PRIVATE }],
  ['an error of the middleware', '/api/me', {}, 401, { ...OF_THE_API, ...PRIVATE }],
  ['a method that is not there', '/api/me', { method: 'PUT', cookies }, 405, { ...OF_THE_API, ...PRIVATE }],
  ['an answer without content', '/api/auth/logout', post, 204, { ...OF_THE_API, ...PRIVATE }],
  ['a redirect of a form', '/api/auth/logout', { ...post, form: {} }, 303, { ...OF_THE_API, ...PRIVATE }],
  ['a redirect of the middleware', '/dashboard', {}, 303, { ...OF_THE_API, ...PRIVATE }],
  ['a page that another site posts to', '/login', { ...post, headers: FOREIGN }, 403, { ...OF_THE_API, ...PRIVATE }],
  ['an address that is no text', '/%ff', {}, 404, { ...OF_THE_API, ...PRIVATE }],
  ['an OAuth error', '/api/auth/token', { ...post, form: {} }, 400, { ...OF_THE_API, ...PRIVATE }],
  [
    'an OAuth answer without content',
    '/api/oauth/revoke',
    { ...post, form: { token: 'x' } },
    200,
    { ...OF_THE_API, ...PRIVATE },
  ],
];

describe('headers', () => {
  it.each(CASES)('of %s', async (_what, path, options, status, headers) => {
    const answer = await send(server, path, options);
    expect([answer.status, answer.headers]).toEqual([status, expect.objectContaining(headers)]);
  });

  it.each(['/.well-known/jwks.json', '/status-lists', '/status-lists/0', '/icon.svg', '/favicon.ico'])(
    'of %s are not those of a page: it is the same for all',
    async (path) => {
      const answer = await send(server, path);
      expect([answer.status, answer.headers]).toEqual([200, expect.objectContaining(ALWAYS)]);
      expect(answer.headers['content-security-policy']).toBe("frame-ancestors 'none'");
      expect(answer.headers['cache-control']).toContain('public');
    },
  );

  it('of scripts, styles and fonts forbid a frame, too, and another type than theirs', async () => {
    const { text } = await send(server, '/login');
    const files = new Set(text.match(/\/_next\/static\/[\w./~-]+\.(?:js|css|woff2)/g));
    expect(files.size).toBeGreaterThan(4);
    for (const file of files) {
      const { status, headers } = await send(server, file);
      expect([file, status, headers]).toEqual([file, 200, expect.objectContaining(ALWAYS)]);
      expect(headers['content-security-policy']).toBe("frame-ancestors 'none'");
      expect(headers['content-type']).toMatch(/javascript|text\/css|font\/woff2/);
    }
  });
});

/** Every way that is known to an answer which no handler and no page of ours makes, or that Next could keep. */
const STRAY: readonly (readonly [path: string, options?: RequestOptions])[] = [
  ['/'],
  ['/login'],
  ['/nowhere'],
  ['/dashboard', { cookies }],
  ['/account/sessions', { cookies }],
  // A page that calls notFound: the person is no admin.
  ['/admin', { cookies }],
  ...['/_not-found', '/_error', '/_global-error', '/404', '/500', '/index', '/robots.txt', '/login.rsc'].map(
    (path) => [path] as const,
  ),
  ...['/_next/static', '/_next/static/nothing', '/_next/static/nothing.js', '/_next/static/chunks'].map(
    (path) => [path, { headers: { accept: 'text/html' } }] as const,
  ),
  ...[
    '/_next/image',
    '/_next/image?url=x',
    '/_next/image?url=%2Ficon.svg&w=64&q=75',
    '/_next/image?url=%2Flogin&w=64&q=75',
  ].map((path) => [path, { headers: { accept: 'text/html' } }] as const),
  ...[
    '/_next/data/x/y.json',
    '/_next/webpack-hmr',
    '/_next/foo',
    '/_next/static/%',
    '/_next/image%',
    '/icon.svg%00',
  ].map((path) => [path] as const),
  ...['/api/x', '/api/auth/x', '/api/oauth/x', '/.well-known/x', '/status-lists/x', '/status-lists/99999'].map(
    (path) => [path, { headers: { accept: 'text/html' } }] as const,
  ),
  ...['/favicon.ico/x', '/icon.svg/x', '/%', '/%E0%A4%A', '/login/', '//x'].map((path) => [path] as const),
  ...[
    '/_next/static/x',
    '/_next/image',
    '/icon.svg',
    '/favicon.ico',
    '/status-lists/0',
    '/.well-known/jwks.json',
    '/login',
  ].map((path) => [path, post] as const),
  ['/icon.svg', { ...post, headers: { 'next-action': '0'.repeat(42) } }],
  ['/_next/static/x', { ...post, headers: { 'next-action': 'x' } }],
  ['/nowhere', { headers: { rsc: '1' } }],
  ['/nowhere', { headers: { rsc: '1', 'next-router-state-tree': '%zz' } }],
  ['/login', { headers: { rsc: '1', 'next-router-prefetch': '1' } }],
];

describe('whatever is asked for', () => {
  it.each(STRAY.map(([path, options]) => ({ path, options: options ?? {} })))(
    'HTML has a policy, nothing is kept for a year, and an error not at all: $path $options',
    async ({ path, options }) => {
      const { status, headers, text } = await send(server, path, options);
      if (/<html/i.test(text)) expect(headers).toEqual(expect.objectContaining(OF_A_PAGE));
      expect(headers['content-type'] ?? '').toMatch(/html/.test(text) ? /html|x-component/ : /^(?!text\/html)/);
      expect(headers['cache-control'] ?? '').not.toContain('s-maxage');
      // Of an answer to a POST no cache keeps anything that does not say so (RFC 9110 §9.3.3).
      if (status >= 400 && options.method !== 'POST') expect(headers['cache-control']).toContain('no-store');
      if (status >= 400) expect(headers['cache-control'] ?? '').not.toMatch(/public|max-age=[1-9]/);
    },
  );
});

describe('a page that says that nothing is there', () => {
  // Each looks like a name that the middleware leaves alone.
  it.each([
    ...['/icon.svgx', '/icon-svg', '/iconxsvg', '/icon.svg/x', '/favicon.icox', '/faviconxico', '/favicon.ico/x'],
    ...['/_next/imagex', '/_next/staticx', '/_next/static', '/_next/foo', '/_next/data/x'],
    ...['/status-lists/x/y', '/status-listsx', '/.well-known/foo', '/.well-known', '/xwell-known/foo'],
    ...['/.well-known/jwks.jsonx', '/.well-known/jwks.json/x', '/apix', '/%61pix'],
  ])('has the policy of pages at %s', async (path) => {
    const answer = await send(server, path);
    expect(answer.status, answer.text.slice(0, 200)).toBe(404);
    const isHtml = answer.headers['content-type']?.includes('html') ?? false;
    if (isHtml) expect(answer.headers).toEqual(expect.objectContaining(OF_A_PAGE));
    else expect(answer.text).not.toContain('<');
  });

  it('is what Next’s own page for failures is, too: no cache keeps a failure that was none', async () => {
    const answer = await send(server, '/_global-error');
    expect(answer.status).toBe(404);
    expect(answer.headers['cache-control']).toContain('no-store');
  });
});

describe('the way to the login page', () => {
  it('carries no path that is too long for a header', async () => {
    const filter = (length: number) => `/dashboard?filter=${'a'.repeat(length)}`;
    const short = await send(server, filter(1_900));
    expect(short.headers.location).toContain('/login?next=%2Fdashboard%3Ffilter%3Daaa');
    for (const path of [filter(4_000), `/dashboard?filter=${'%2F'.repeat(500)}`]) {
      const { status, headers } = await send(server, path);
      expect([status, headers.location?.replace(/^http:\/\/[^/]+/, '')]).toEqual([303, '/login']);
    }
  });
});
