import { afterAll, describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type RequestOptions, SITE, send } from '@/tests/support/http/requests';
import { auditTypes, COOKIE, createPerson, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { allOrOne, proved } from '@/tests/support/proof';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

type Facts = { readonly site?: string; readonly origin?: string };
const headersOf = ({ site, origin }: Facts): Record<string, string | null> => ({
  origin: origin ?? null,
  ...(site === undefined ? {} : { 'sec-fetch-site': site }),
});

const OURS: readonly Facts[] = [
  { site: 'same-origin', origin: SITE },
  { site: 'same-origin' },
  { site: 'same-origin', origin: 'null' },
  { origin: SITE },
];

const FOREIGN: readonly Facts[] = [
  { site: 'same-site', origin: SITE },
  { site: 'cross-site', origin: SITE },
  { site: 'none', origin: SITE },
  { site: 'same-origin, cross-site', origin: SITE },
  { site: 'Same-Origin', origin: SITE },
  { site: '', origin: SITE },
  { site: 'rubbish' },
  { site: 'cross-site', origin: 'https://evil.test' },
  { site: 'cross-site', origin: 'null' },
  { origin: 'https://evil.test' },
  { origin: 'null' },
  { origin: 'https://localhost:3000' },
  { origin: 'http://localhost' },
  { origin: 'http://localhost:3000.evil.test' },
  { origin: 'http://evil.test:3000' },
  { origin: 'http://127.0.0.1:3000' },
];

/** No browser writes these; each has made some parser throw. */
const MALFORMED: readonly Facts[] = [
  ...['http://', 'localhost:3000', '%%%', 'http://localhost:3000/', 'http://localhost:3000, https://evil.test'],
  ...['HTTP://LOCALHOST:3000', 'http://[', 'http://localhost:99999', 'undefined', '//localhost:3000', 'http://a b'],
].flatMap((origin) => [{ origin }, { site: 'same-origin', origin }]);

/** Everything that takes an unsafe method, and some things that do not, with what our own pages get for `{}`. */
const TARGETS: readonly (readonly [method: string, path: string, ours: string])[] = [
  ['POST', '/api/auth/login', '422 validation_failed'],
  ['POST', '/api/auth/register', '422 validation_failed'],
  ['POST', '/api/auth/verify-email', '422 validation_failed'],
  ['POST', '/api/auth/forgot-password', '422 validation_failed'],
  ['POST', '/api/auth/reset-password', '422 validation_failed'],
  ['POST', '/api/auth/undo', '422 validation_failed'],
  ['POST', '/api/auth/login/mfa', '422 validation_failed'],
  ['POST', '/api/auth/passkey', '422 validation_failed'],
  ['POST', '/api/auth/passkey/options', '422 validation_failed'],
  ['POST', '/api/auth/step-up', '422 validation_failed'],
  ['POST', '/api/auth/step-up/options', '200 no problem'],
  ['POST', '/api/account/passkeys', '422 validation_failed'],
  ['POST', '/api/account/passkeys/options', '200 no problem'],
  ['PATCH', '/api/account/passkeys/AAAAAAAAAAAAAAAAAAAAAA', '422 validation_failed'],
  ['DELETE', '/api/account/passkeys/AAAAAAAAAAAAAAAAAAAAAA', '404 not_found'],
  ['POST', '/api/account/password', '422 validation_failed'],
  ['POST', '/api/account/email', '422 validation_failed'],
  ['POST', '/api/account/email/confirm', '422 validation_failed'],
  ['PATCH', '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA', '403 forbidden'],
  ['DELETE', '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/sessions', '403 forbidden'],
  ['POST', '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/force-reset', '403 forbidden'],
  ['POST', '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/factor-reset', '403 forbidden'],
  ['DELETE', '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/factor-reset', '403 forbidden'],
  ['POST', '/api/admin/audit/export', '403 forbidden'],
  ['POST', '/api/account/export', '200 no problem'],
  ['DELETE', '/api/account', '202 no problem'],
  ['POST', '/api/auth/refresh', '200 no problem'],
  ['POST', '/api/auth/logout', '204 no problem'],
  ['DELETE', '/api/auth/sessions', '204 no problem'],
  ['DELETE', '/api/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA', '404 not_found'],
  ['PATCH', '/api/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA', '422 validation_failed'],
  ['POST', '/api/me', '405 method_not_allowed'],
  ['PUT', '/api/me', '405 method_not_allowed'],
  ['PATCH', '/api/nothing', '404 not_found'],
  ['DELETE', '/api/nothing', '404 not_found'],
  ['POST', '/', '200 no problem'],
  ['POST', '/login', '200 no problem'],
  ['POST', '/register', '200 no problem'],
  ['POST', '/dashboard', '200 no problem'],
  ['POST', '/account', '200 no problem'],
  ['PUT', '/dashboard', '200 no problem'],
  ['POST', '/nowhere', '404 no problem'],
];

const counts = { tried: 0, held: 0 };
afterAll(() =>
  proved({ what: 'requests as no page of ours makes them, to everything that changes something', ...counts }),
);

// Promise: Another site can cause no change
describe.each(TARGETS.map((target, number) => [...target, number] as const))('%s %s', (method, path, ours, number) => {
  it('is refused from everywhere else with 403 origin_refused, with and without cookies, as JSON and as a form', async () => {
    const { id, cookies } = await prepareSession();
    const kinds: RequestOptions[] = [
      { json: {}, cookies },
      { form: { a: 'b' }, cookies },
      { json: {} },
      { form: { a: 'b' } },
      {},
    ];
    const asked = [...FOREIGN, ...MALFORMED].flatMap((fact, at) =>
      allOrOne(kinds, number + at).map((kind) => ({ fact, kind })),
    );
    const answers = await Promise.all(
      asked.map(async ({ fact, kind }) => {
        const answer = await send(server, path, { method, ...kind, headers: headersOf(fact) });
        return { about: `${JSON.stringify(fact)} of kind ${kinds.indexOf(kind)}`, answer };
      }),
    );
    const wrong = answers
      .filter(({ answer }) => outcome(answer) !== '403 origin_refused')
      .map(({ about, answer }) => `${outcome(answer)} to ${about}`);
    counts.tried += answers.length;
    counts.held += answers.length - wrong.length;
    expect(wrong).toEqual([]);
    expect((await sessionRow(id)).endedAt).toBeNull();
    expect(await auditTypes(id)).toEqual(['signed_in']);
  });

  it('is let through from our own pages', async () => {
    for (const fact of allOrOne(OURS, number)) {
      const session = await prepareSession();
      // Only who is signed in may delete; everywhere else the middleware has a session to refresh first.
      const cookies = method === 'DELETE' ? session.cookies : session.refreshOnly;
      const answer = await send(server, path, { method, cookies, json: {}, headers: headersOf(fact) });
      expect(outcome(answer), JSON.stringify(fact)).toBe(ours);
    }
  });
});

function outcome(answer: { status: number; text: string; headers: Record<string, unknown> }): string {
  const isProblem = answer.headers['content-type'] === 'application/problem+json';
  const body: { code?: string } = isProblem ? JSON.parse(answer.text) : {};
  return `${answer.status} ${body.code ?? 'no problem'}`;
}

describe('a request with neither Origin nor Sec-Fetch-Site', () => {
  const bare: Facts = {};

  it('passes as JSON without a cookie of ours: a program', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const options = { method: 'POST', headers: headersOf(bare) };
    const login = await send(server, '/api/auth/login', { ...options, json: { email, password: PASSWORD } });
    expect(login.status).toBe(200);
    const withForeignCookie = { ...options, cookies: { theme: 'dark' }, json: {} };
    expect(problemOf(await send(server, '/api/auth/login', withForeignCookie))).toBe('422 validation_failed');
  });

  it.each([
    ['a form', { form: { email: 'a@b.test', password: 'x' } }],
    ['JSON under another name', { body: '{}', headers: { 'content-type': 'text/plain' } }],
    ['a body without a type', { body: '{}' }],
    ['no body', {}],
  ] as const)('is refused as %s', async (_what, sent) => {
    const headers = { ...headersOf(bare), ...('headers' in sent ? sent.headers : {}) };
    for (const path of ['/api/auth/login', '/login', '/api/auth/logout']) {
      const answer = await send(server, path, { method: 'POST', ...sent, headers });
      expect(problemOf(answer)).toBe('403 origin_refused');
    }
  });

  it.each(['access', 'refresh', 'pending', 'device', 'typed', 'invitation'])(
    'is refused with our %s cookie, even a worthless one',
    async (name) => {
      const cookies = { [`handstamp-${name}`]: 'worthless' };
      for (const path of ['/api/auth/login', '/api/me', '/login']) {
        const answer = await send(server, path, { method: 'POST', json: {}, cookies, headers: headersOf(bare) });
        expect(problemOf(answer)).toBe('403 origin_refused');
      }
    },
  );
});

describe('safe methods', () => {
  it.each(['GET', 'HEAD'])('%s from another site changes nothing but may refresh', async (method) => {
    const { id, cookies } = await prepareSession();
    const headers = headersOf({ site: 'cross-site', origin: 'https://evil.test' });
    expect((await send(server, '/dashboard', { method, cookies, headers })).status).toBe(200);
    expect((await send(server, '/api/auth/logout', { method, cookies, headers })).status).toBe(405);
    expect((await send(server, '/api/auth/refresh', { method, cookies, headers })).status).toBe(405);
    expect(await sessionRow(id)).toMatchObject({ endedAt: null, counter: 0n });

    const expired = await prepareSession();
    const page = await send(server, '/dashboard', { method, cookies: expired.refreshOnly, headers });
    expect([page.status, Object.keys(page.cookies).sort()]).toEqual([200, [COOKIE.access, COOKIE.refresh]]);
    expect(await sessionRow(expired.id)).toMatchObject({ endedAt: null, counter: 1n });
  });
});

describe('Bearer calls', () => {
  it('are no target of another site: no cookie speaks for them', async () => {
    const { accessToken, cookies, id } = await prepareSession();
    const foreign = headersOf({ site: 'cross-site', origin: 'https://evil.test' });
    const headers = { ...foreign, authorization: `Bearer ${accessToken}` };
    expect(problemOf(await send(server, '/api/me', { method: 'POST', json: {}, headers }))).toBe(
      '405 method_not_allowed',
    );
    // On a page the header says nothing, and the cookies still need a page of ours.
    expect(problemOf(await send(server, '/dashboard', { method: 'POST', json: {}, cookies, headers }))).toBe(
      '403 origin_refused',
    );
    expect((await sessionRow(id)).endedAt).toBeNull();
  });

  it.each([
    '/api/auth/login',
    '/api/auth/register',
    '/api/auth/verify-email',
    '/api/auth/refresh',
    '/api/auth/logout',
    '/api/nothing',
  ])(
    'are none at %s, which verifies no Bearer token: another site is refused there, and no cookie is set',
    async (path) => {
      const { id, cookies, accessToken } = await prepareSession();
      const { email } = await createPerson({ hasPassword: true });
      const sent: RequestOptions[] = [
        { json: { email, password: PASSWORD, code: '123456' } },
        { form: { email, password: PASSWORD, code: '123456' } },
        {},
      ];
      for (const authorization of ['Bearer x', `Bearer ${accessToken}`, 'bearer  x']) {
        for (const fact of [{ site: 'cross-site', origin: 'https://evil.test' }, { origin: 'https://evil.test' }]) {
          for (const options of sent) {
            const headers = { ...headersOf(fact), authorization };
            const answer = await send(server, path, { method: 'POST', cookies, ...options, headers });
            expect(problemOf(answer), authorization).toBe('403 origin_refused');
            expect(answer.setCookieLines).toEqual([]);
          }
        }
      }
      expect(await sessionRow(id)).toMatchObject({ endedAt: null, counter: 0n });
    },
  );

  it('end what they say without an Origin, because a page would have to ask first', async () => {
    const { accessToken, cookies, id } = await prepareSession();
    const headers = { ...headersOf({}), authorization: `Bearer ${accessToken}` };
    const beside = await send(server, '/api/auth/logout', { method: 'POST', cookies, headers });
    expect(problemOf(beside)).toBe('403 origin_refused');
    expect((await send(server, '/api/auth/logout', { method: 'POST', headers })).status).toBe(204);
    expect(await sessionRow(id)).toMatchObject({ endReason: 'signed_out' });
  });

  it('that are none do not open the way: another scheme, an empty token', async () => {
    const { id, cookies } = await prepareSession();
    const foreign = headersOf({ site: 'cross-site', origin: 'https://evil.test' });
    for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer ', 'bearer', 'Token x', 'x']) {
      for (const path of ['/api/auth/logout', '/api/me']) {
        const headers = { ...foreign, authorization };
        const answer = await send(server, path, { method: 'POST', json: {}, cookies, headers });
        expect(problemOf(answer), authorization).toBe('403 origin_refused');
      }
    }
    expect((await sessionRow(id)).endedAt).toBeNull();
  });
});
