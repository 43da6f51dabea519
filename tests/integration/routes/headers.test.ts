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
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
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
  ['a redirect of the middleware', '/dashboard', {}, 303, { ...ALWAYS, ...PRIVATE }],
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

  it.each(['/.well-known/jwks.json', '/status-lists/0', '/icon.svg', '/favicon.ico'])(
    'of %s are not those of a page: it is the same for all',
    async (path) => {
      const answer = await send(server, path);
      expect([answer.status, answer.headers]).toEqual([200, expect.objectContaining(ALWAYS)]);
      expect(answer.headers['content-security-policy']).toBeUndefined();
      expect(answer.headers['cache-control']).toContain('public');
    },
  );
});

describe('a page that says that nothing is there', () => {
  // Each looks like a name that the middleware leaves alone.
  it.each([
    ...['/icon.svgx', '/icon-svg', '/iconxsvg', '/icon.svg/x', '/favicon.icox', '/faviconxico', '/favicon.ico/x'],
    ...['/_next/imagex', '/_next/staticx', '/_next/static', '/_next/foo', '/_next/data/x'],
    ...['/status-lists', '/status-lists/x/y', '/status-listsx', '/.well-known/foo', '/.well-known', '/xwell-known/foo'],
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
