import { expect } from 'vitest';
import { problemOf } from '@/tests/support/http/problems';
import { oauthErrorOf } from '@/tests/support/http/programs';
import { type Answer, type RequestOptions, send } from '@/tests/support/http/requests';
import { COOKIE, prepareSession, sessionRow } from '@/tests/support/people';
import type { Scenarios } from '../scenarios';
import { asBearer } from '../wire';

/** Every place that takes a token of some kind, and the answer to one of another kind. */
const READERS: Readonly<
  Record<string, readonly [path: string, ask: (token: string) => RequestOptions, refusal: string]>
> = {
  'access cookie': ['/api/me', (token) => ({ cookies: { [COOKIE.access]: token } }), '401 unauthenticated'],
  Bearer: ['/api/me', (token) => ({ headers: asBearer(token) }), '401 unauthenticated'],
  'refresh cookie': [
    '/api/auth/refresh',
    (token) => ({ method: 'POST', cookies: { [COOKIE.refresh]: token } }),
    '401 session_ended',
  ],
  'token endpoint': [
    '/api/auth/token/refresh',
    (token) => ({ method: 'POST', form: { refresh_token: token }, headers: { origin: null } }),
    '400 invalid_grant',
  ],
  'link to a new password': [
    '/api/auth/reset-password',
    (token) => ({ method: 'POST', json: { token, password: 'eleven warm ferrets knit' } }),
    '401 invalid_token',
  ],
  'link to undo': ['/api/auth/undo', (token) => ({ method: 'POST', json: { token } }), '401 invalid_token'],
  'pending sign-up': [
    '/api/auth/verify-email',
    (token) => ({ method: 'POST', json: { code: '123456' }, cookies: { [COOKIE.pending]: token } }),
    '401 invalid_code',
  ],
};
/** What is at home where: the other places refuse it. */
const AT_HOME: Readonly<Record<string, readonly string[]>> = {
  access: ['access cookie', 'Bearer'],
  refresh: ['refresh cookie'],
  sealed: ['pending sign-up'],
  link: ['link to a new password'],
  'status list': [],
};

const verdictOf = (answer: Answer) =>
  answer.headers['content-type'] === 'application/problem+json' ? problemOf(answer) : oauthErrorOf(answer);

/** Ways past a middleware (CVE-2025-29927 and after), all of them with a forged token. */
const TRICKS: readonly RequestOptions[] = [
  {},
  { headers: { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' } },
  { headers: { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware' } },
  { headers: { 'x-middleware-rewrite': '/dashboard', 'x-middleware-next': '1', 'x-rewrite-url': '/dashboard' } },
  { headers: { 'x-invoke-path': '/dashboard', 'x-matched-path': '/dashboard', 'x-invoke-status': '200' } },
  { headers: { rsc: '1', 'next-url': '/login' } },
  { headers: { rsc: '1', 'next-router-prefetch': '1', purpose: 'prefetch' } },
  { method: 'HEAD' },
  { method: 'OPTIONS' },
];

const spellings = (page: string): string[] => [
  ...[page, `${page}/`, `/${page}`, page.toUpperCase(), `/en${page}`, `${page}.rsc`, `${page}.json`, `${page}%00`],
  ...[`/_next/data/x${page}.json`, `/login/..${page}`, `/login/%2e%2e${page}`, `/_next/static/..%2f${page.slice(1)}`],
  ...[page.replace(/^\/(.)/, (_all, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`), `${page}?_rsc=1`],
  ...[`/icon.svg${page}`, `${page};x=y`, page.replaceAll('/', '%2f').replace('%2f', '/')],
];

/** Scenarios of where a token is read, and of what stands in front. */
export const PLACES: Scenarios = {
  async C1(ground) {
    const { others } = await ground.forge();
    const tokens = { ...others, access: ground.genuine() };
    const verdicts: string[] = [];
    const expected: string[] = [];
    for (const [kind, token] of Object.entries(tokens)) {
      for (const [reader, [path, options, refusal]] of Object.entries(READERS)) {
        if (AT_HOME[kind]?.includes(reader)) continue;
        verdicts.push(`${kind} as ${reader}: ${verdictOf(await send(ground.server, path, options(token)))}`);
        expected.push(`${kind} as ${reader}: ${refusal}`);
      }
    }
    expect(verdicts).toEqual(expected);
  },

  async C21({ server }) {
    const { id, accessToken, refreshToken } = await prepareSession();
    const query = new URLSearchParams({ access_token: accessToken, token: accessToken }).toString();
    for (const path of ['/api/me', '/api/auth/session']) {
      expect(problemOf(await send(server, `${path}?${query}`))).toBe('401 unauthenticated');
    }
    expect((await send(server, `/dashboard?${query}`)).status).toBe(303);
    const body = { refresh_token: refreshToken, refreshToken };
    const ways: RequestOptions[] = [
      { headers: asBearer(refreshToken) },
      { json: body },
      { form: body },
      { cookies: { refresh: refreshToken, 'refresh-token': refreshToken } },
    ];
    for (const options of ways) {
      const answer = await send(server, '/api/auth/refresh', { method: 'POST', ...options });
      expect([problemOf(answer), answer.setCookieLines]).toEqual(['401 session_ended', []]);
    }
    const asked = `/api/auth/refresh?${new URLSearchParams(body).toString()}`;
    expect(problemOf(await send(server, asked, { method: 'POST' }))).toBe('401 session_ended');
    expect(await sessionRow(id)).toMatchObject({ counter: 0n, endedAt: null });
  },

  async C22(ground) {
    const { server, bare } = ground;
    const { id, accessToken, refreshToken } = await prepareSession();
    const pairs = (name: string, good: string) =>
      [
        [good, good],
        [good, 'planted'],
        ['planted', good],
        [good, ''],
      ].map(([one, other]) => `${name}=${one}; ${name}=${other}`);
    const lookalikes = [
      '__Host-access',
      COOKIE.access.toUpperCase(),
      `${COOKIE.access}x`,
      `\u00a0${COOKIE.access}`,
    ].map((name) => Buffer.from(`${name}=${accessToken}`, 'utf8').toString('latin1'));
    for (const cookie of [...pairs(COOKIE.access, accessToken), ...lookalikes]) {
      expect(problemOf(await send(server, '/api/me', { headers: { cookie } }))).toBe('401 unauthenticated');
      expect((await send(server, '/dashboard', { headers: { cookie } })).status).toBe(303);
      expect((await send(bare, '/dashboard', { headers: { cookie } })).status).toBe(307);
    }
    for (const cookie of pairs(COOKIE.refresh, refreshToken)) {
      const answer = await send(server, '/api/auth/refresh', { method: 'POST', headers: { cookie } });
      expect(problemOf(answer)).toBe('401 session_ended');
    }
    expect(await sessionRow(id)).toMatchObject({ counter: 0n, endedAt: null });
  },

  async C25(ground) {
    const { withClaims } = await ground.forge();
    const { person } = await prepareSession();
    const forged = withClaims({ sub: person.id, role: 'admin' });
    const cookies = { [COOKIE.access]: forged };
    const seen: string[] = [];
    for (const trick of TRICKS) {
      for (const path of ['/api/me', '/api/auth/session', ...['/dashboard', '/admin/users'].flatMap(spellings)]) {
        const answer = await send(ground.server, path, { ...trick, cookies });
        if (answer.status >= 500 || answer.text.includes(person.email)) seen.push(`${path} ${JSON.stringify(trick)}`);
        const isPlain = ['/dashboard', '/admin/users', '/api/me', '/api/auth/session'].includes(path);
        if (isPlain && trick.method !== 'OPTIONS') expect([path, isRefusal(answer)]).toEqual([path, true]);
      }
    }
    expect(seen).toEqual([]);
  },
};

/** Led away: to the login page, or, where a client-side navigation is none, to the same address by Next. */
const isRefusal = ({ status }: Answer): boolean => status === 401 || (status >= 300 && status < 400);
