import { afterAll, describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { oauthErrorOf } from '@/tests/support/http/programs';
import { type Answer, inTurns, type RequestOptions, send } from '@/tests/support/http/requests';
import { type PreparedSession, prepareSession } from '@/tests/support/people';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { CRON_SECRET: 'a-secret-for-the-scheduler-alone' } });
const output = recordOutput(server);
const session: PreparedSession = await prepareSession();

// What we answer with 500 is logged as this event: none of the tests may cause one.
afterAll(() => expect(output()).not.toContain('request.failed'));

const JSON_TYPE = { 'content-type': 'application/json' };
const twoMegabytes = `{"email":"${'a'.repeat(2 * 1024 * 1024)}"}`;
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Bodies that no endpoint with a body may accept, and what it says to them. */
const BODIES: Readonly<Record<string, readonly [RequestOptions, string]>> = {
  'no body': [{ headers: JSON_TYPE }, '400 malformed_request'],
  'an empty body': [{ body: '', headers: JSON_TYPE }, '400 malformed_request'],
  'half a JSON text': [{ body: '{"email":"a@b.test"', headers: JSON_TYPE }, '400 malformed_request'],
  'two JSON texts': [{ body: '{}{}', headers: JSON_TYPE }, '400 malformed_request'],
  'no UTF-8': [{ body: Buffer.from([0x22, 0xff, 0xfe, 0x22]), headers: JSON_TYPE }, '400 malformed_request'],
  'a compressed body': [
    { body: Buffer.from('1f8b0800', 'hex'), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } },
    '400 malformed_request',
  ],
  'an empty object': [{ json: {} }, '422 validation_failed'],
  null: [{ json: null }, '422 validation_failed'],
  'a list': [{ json: [] }, '422 validation_failed'],
  'a text': [{ json: 'email' }, '422 validation_failed'],
  'a number': [{ body: '1e400', headers: JSON_TYPE }, '422 validation_failed'],
  'wrong types': [{ json: { email: 1, password: ['a'], code: { a: 1 }, name: 7 } }, '422 validation_failed'],
  nulls: [{ json: { email: null, password: null, code: null } }, '422 validation_failed'],
  'NUL and halves of characters': [
    { json: { email: 'a\u0000@b.test', password: '\u0000', code: '\ud800', name: '\ud800' } },
    '422 validation_failed',
  ],
  'a polluting __proto__': [
    { body: '{"__proto__":{"email":"a@b.test","password":"x","code":"123456"}}', headers: JSON_TYPE },
    '422 validation_failed',
  ],
  'a polluting constructor': [
    { body: '{"constructor":{"prototype":{"email":"a@b.test","password":"x"}}}', headers: JSON_TYPE },
    '422 validation_failed',
  ],
  'JSON 2,000 levels deep': [{ body: nested(2_000), headers: JSON_TYPE }, '422 validation_failed'],
  'JSON 10,000 levels deep': [{ body: nested(10_000), headers: JSON_TYPE }, '413 payload_too_large'],
  '2 MB': [{ body: twoMegabytes, headers: JSON_TYPE }, '413 payload_too_large'],
  '2 MB in chunks': [{ body: twoMegabytes, headers: JSON_TYPE, isChunked: true }, '413 payload_too_large'],
  'plain text': [{ body: '{}', headers: { 'content-type': 'text/plain' } }, '415 unsupported_media_type'],
  'no content type': [{ body: '{}' }, '415 unsupported_media_type'],
  'an empty content type': [{ body: '{}', headers: { 'content-type': '' } }, '415 unsupported_media_type'],
  'a type that begins alike': [
    { body: '{}', headers: { 'content-type': 'application/jsonx' } },
    '415 unsupported_media_type',
  ],
  'a multipart form': [
    { body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    '415 unsupported_media_type',
  ],
};

// Promise: Bad input to an API endpoint gets a 4xx problem
const FORMS = [...['login', 'login/mfa', 'register', 'verify-email', 'forgot-password', 'reset-password', 'undo']].map(
  (name) => `/api/auth/${name}`,
);
const CHANGES = [
  '/api/auth/passkey',
  '/api/auth/passkey/options',
  '/api/auth/step-up',
  ...['password', 'email', 'email/confirm', 'totp/confirm', 'passkeys'].map((name) => `/api/account/${name}`),
];

describe.each([...FORMS, ...CHANGES])('POST %s', (path) => {
  it.each(Object.keys(BODIES))('refuses %s', async (name) => {
    const [options, expected] = BODIES[name] ?? [{}, 'no such case'];
    const answer = await send(server, path, { method: 'POST', cookies: session.cookies, ...options });
    expect(problemOf(answer)).toBe(expected);
    expect(answer.setCookieLines).toEqual([]);
  });
});

describe.each(FORMS)('POST %s', (path) => {
  it('sends a form with bad fields back to its page, with codes and nothing that was typed', async () => {
    const forms: RequestOptions[] = [
      { form: {} },
      { form: { email: 'typed@', password: '', code: 'typed', name: 'typed\u0000' } },
      {
        body: 'email=%ZZ&password=%00typed&code=%F0%9F%98',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      { form: { email: 'typed'.repeat(2_000) } },
      { form: { email: 'typed', next: '//evil.test/typed' } },
    ];
    for (const form of forms) {
      const answer = await send(server, path, { method: 'POST', cookies: session.cookies, ...form });
      expect(answer.status).toBe(303);
      expect(answer.headers.location).toMatch(/^\/[a-z/-]+\?error=(?:validation_failed|payload_too_large)/);
      expect(answer.headers.location).not.toContain('typed');
      expect(answer.headers['cache-control']).toContain('no-store');
      const { cookies } = session;
      expect((await send(server, answer.headers.location ?? '', { cookies })).status).toBe(200);
    }
  });
});

/** Their errors are OAuth's (RFC 6749 §5.2). */
const OAUTH_ENDPOINTS = ['/api/auth/token', '/api/auth/token/refresh', '/api/oauth/revoke', '/api/oauth/introspect'];

describe.each(OAUTH_ENDPOINTS.slice(0, 3))('POST %s', (path) => {
  it.each(Object.keys(BODIES))('refuses %s, in the words of OAuth', async (name) => {
    const [options] = BODIES[name] ?? [{}];
    const answer = await send(server, path, { method: 'POST', ...options });
    // Text that is no address is a wrong one: the endpoint says no more of addresses than the login page.
    const isGuess = path === '/api/auth/token' && name === 'NUL and halves of characters';
    expect(oauthErrorOf(answer)).toBe(isGuess ? '400 invalid_grant' : '400 invalid_request');
    expect(answer.setCookieLines).toEqual([]);
  });
});

describe('a good body with more in it than is asked for', () => {
  it('is read without the rest: __proto__ and unknown members change nothing', async () => {
    const body = '{"email":"nobody@people.test","password":"x","__proto__":{"remember":true},"role":"admin","id":"1"}';
    const answer = await send(server, '/api/auth/login', { method: 'POST', body, headers: JSON_TYPE });
    expect(problemOf(answer)).toBe('401 invalid_credentials');
  });
});

/** Every endpoint of the contract that exists, with the methods that it has. */
const ENDPOINTS: Readonly<Record<string, readonly string[]>> = {
  '/api/health': ['GET', 'HEAD'],
  '/api/health/live': ['GET', 'HEAD'],
  '/api/health/ready': ['GET', 'HEAD'],
  '/api/auth/register': ['POST'],
  '/api/auth/verify-email': ['POST'],
  '/api/auth/forgot-password': ['POST'],
  '/api/auth/reset-password': ['POST'],
  '/api/auth/undo': ['POST'],
  '/api/auth/login': ['POST'],
  '/api/auth/login/mfa': ['POST'],
  '/api/auth/passkey': ['POST'],
  '/api/auth/passkey/options': ['POST'],
  '/api/auth/step-up': ['GET', 'HEAD', 'POST'],
  '/api/auth/step-up/options': ['POST'],
  '/api/account/passkeys': ['POST'],
  '/api/account/passkeys/options': ['POST'],
  '/api/account/passkeys/AAAAAAAAAAAAAAAAAAAAAA': ['PATCH', 'DELETE'],
  '/api/account': ['DELETE'],
  '/api/account/activity': ['GET', 'HEAD'],
  '/api/account/export': ['POST'],
  '/api/account/password': ['POST'],
  '/api/account/email': ['POST'],
  '/api/account/email/confirm': ['POST'],
  '/api/admin/users': ['GET', 'HEAD'],
  '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA': ['GET', 'HEAD', 'PATCH'],
  '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/sessions': ['DELETE'],
  '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/force-reset': ['POST'],
  '/api/admin/users/AAAAAAAAAAAAAAAAAAAAAA/factor-reset': ['POST', 'DELETE'],
  '/api/admin/audit': ['GET', 'HEAD'],
  '/api/admin/audit/export': ['POST'],
  '/api/auth/refresh': ['POST'],
  '/api/auth/logout': ['POST'],
  '/api/auth/session': ['GET', 'HEAD'],
  '/api/me': ['GET', 'HEAD'],
  '/api/auth/sessions': ['GET', 'HEAD', 'DELETE'],
  '/api/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA': ['PATCH', 'DELETE'],
  '/api/auth/token': ['POST'],
  '/api/auth/token/refresh': ['POST'],
  '/api/oauth/revoke': ['POST'],
  '/api/oauth/introspect': ['POST'],
  '/.well-known/oauth-authorization-server': ['GET', 'HEAD'],
  '/.well-known/change-password': ['GET', 'HEAD'],
  '/.well-known/passkey-endpoints': ['GET', 'HEAD'],
  '/api/dev/mail': ['GET', 'HEAD'],
  '/api/cron/clean': ['GET'],
  '/.well-known/jwks.json': ['GET', 'HEAD'],
  '/status-lists': ['GET', 'HEAD'],
  '/status-lists/0': ['GET', 'HEAD'],
};

describe.each(Object.keys(ENDPOINTS))('%s', (path) => {
  const known = ENDPOINTS[path] ?? [];

  it('answers every other method with 405, Allow and a problem', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !known.includes(one))) {
      const options: RequestOptions = { method, cookies: session.cookies, ...(method === 'GET' ? {} : { json: {} }) };
      const answer = await send(server, path, options);
      expect(answer.status, method).toBe(405);
      expect(answer.headers.allow).toBe([...known, 'OPTIONS'].join(', '));
      if (method !== 'HEAD') expect(problemOf(answer)).toBe('405 method_not_allowed');
    }
  });

  it('answers a method that nobody knows with a refusal', async () => {
    for (const method of ['PROPFIND', 'QUERY', 'LOCK']) {
      const answer = await send(server, path, { method, cookies: session.cookies });
      expect(answer.status, method).toBeGreaterThanOrEqual(400);
      expect(answer.status, method).toBeLessThan(500);
    }
  });

  it('is not impressed by large, strange or doubled headers and queries', async () => {
    const method = known.find((one) => one !== 'HEAD') ?? 'GET';
    const oddities: RequestOptions[] = [
      { headers: { cookie: `handstamp-access=%E0%A4%A; handstamp-refresh=; =; ;;; =x; ${'a=b; '.repeat(500)}` } },
      {
        headers: { cookie: ['handstamp-access=a', 'handstamp-access=b', 'handstamp-refresh=c', 'handstamp-refresh=d'] },
      },
      { headers: { cookie: `handstamp-access=${'x.'.repeat(4_000)}` } },
      { headers: { cookie: 'handstamp-access=\xff\xfe; handstamp-refresh=\x80; __proto__=1; constructor=2' } },
      { headers: { authorization: 'Bearer' } },
      { headers: { authorization: `Bearer ${'a'.repeat(8_000)}` } },
      { headers: { authorization: 'Bearer a b' } },
      { headers: { authorization: 'Bearer e30.e30.e30' } },
      { headers: { 'user-agent': `\xff\x80 ${'agent '.repeat(1_000)}` } },
      { headers: { 'x-forwarded-for': `not an address, ${'1.1.1.1, '.repeat(200)}` } },
      { headers: { 'content-length': null, 'transfer-encoding': null, 'content-type': 'nonsense' } },
      { headers: { accept: 'application/xml', 'accept-language': '\xff', range: 'bytes=9-1', 'if-none-match': '"' } },
    ];
    const answers: Answer[] = await Promise.all(oddities.map((oddity) => send(server, path, { method, ...oddity })));
    for (const query of ['?__proto__[a]=b', '?a=%', '?a=%00', `?${'q'.repeat(4_000)}`, '?next=//evil.test']) {
      answers.push(await send(server, path + query, { method }));
    }
    expect(answers.map((answer) => answer.status).filter((status) => status >= 500)).toEqual([]);
    const check = OAUTH_ENDPOINTS.includes(path) ? oauthErrorOf : problemOf;
    for (const answer of answers.filter(({ status }) => status >= 400)) check(answer);
  });
});

describe('an endpoint without a body', () => {
  it.each(['/api/auth/logout', '/api/auth/refresh'])('%s refuses a large or strange one', async (path) => {
    const post = (options: RequestOptions) => send(server, path, { method: 'POST', ...options });
    expect(problemOf(await post({ body: twoMegabytes, headers: JSON_TYPE }))).toBe('413 payload_too_large');
    expect(problemOf(await post({ body: twoMegabytes, headers: JSON_TYPE, isChunked: true }))).toBe(
      '413 payload_too_large',
    );
    expect(problemOf(await post({ body: 'x', headers: { 'content-type': 'text/xml' } }))).toBe(
      '415 unsupported_media_type',
    );
  });
});

describe('addresses that nobody has', () => {
  it.each([
    '/api/nothing',
    '/api/auth/nothing',
    '/api/auth/sessions/x/y',
    '/api/auth',
    '/api',
    '/api/%00',
    '/api/%',
    '/api/auth/%2e%2e%2fme',
    `/api/${'long'.repeat(1_000)}`,
  ])('%s is a problem and not a page, for a person who is signed in', async (path) => {
    const answer = await send(server, path, { cookies: session.cookies });
    expect(problemOf(answer)).toBe('404 not_found');
  });

  it.each(['-1', '01', '1e3', '99999999999', '0x0', '%00', '%', '%ED%A0%80', ' 0', '0/', '0.0', 'NaN', '16384', '١'])(
    '/status-lists/%s is no list',
    async (list) => {
      const answer = await send(server, `/status-lists/${list.replace(' ', '%20').replace('١', '%D9%A1')}`);
      // Next leads an address to its plain spelling first.
      if (list === '0/') expect(answer.status).toBe(308);
      else expect(problemOf(answer)).toBe('404 not_found');
    },
  );

  it.each(['%00', 'x', '..%2f..', '%F0%9F%98%80', 'a'.repeat(3_000), '__proto__', "'%20OR%20''='", '%ED%A0%80', '%'])(
    'a session %s is not there to be ended',
    async (id) => {
      const answer = await send(server, `/api/auth/sessions/${id}`, { method: 'DELETE', cookies: session.cookies });
      expect(problemOf(answer)).toBe('404 not_found');
    },
  );
});

describe('pages', () => {
  it('show no error page of ours for any query, cookie or method', async () => {
    const paths = [
      '/',
      '/login',
      '/register',
      '/verify-email',
      '/forgot-password',
      '/reset-password',
      '/undo',
      '/dashboard',
      '/account',
      '/account/security',
      '/account/sessions',
      '/login/mfa',
      '/step-up',
      '/admin/users',
    ];
    const queries = [
      '?error=%00',
      '?error[]=a',
      '?error=__proto__',
      '?fields=__proto__:constructor,:',
      '?next=//x',
      '?page=-1',
      '?page=1e9',
      '?page=99999999999999999999',
      '?done=x',
      '?%',
      '?ended=1&ended=2',
    ];
    const requests = paths.flatMap((path) => queries.map((query) => path + query));
    const answers = await inTurns(requests.length, 4, (at) =>
      send(server, requests[at] ?? '', { cookies: session.cookies }),
    );
    const failed = answers.flatMap((answer, at) => (answer.status >= 500 ? [`${answer.status} ${requests[at]}`] : []));
    expect(failed).toEqual([]);
  });

  it('answer unsafe methods and made-up server actions with no 500', async () => {
    const bodies: RequestOptions[] = [
      { json: {} },
      { form: { a: 'b' } },
      { body: '[]', headers: { 'next-action': '0'.repeat(42), 'content-type': 'text/plain;charset=UTF-8' } },
      { body: 'x', headers: { 'next-action': '__proto__', 'content-type': 'text/plain' } },
    ];
    const outcomes: string[] = [];
    for (const path of ['/', '/login', '/dashboard', '/account', '/nowhere']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        for (const options of bodies) {
          const { status } = await send(server, path, { ...options, method, cookies: session.cookies });
          if (status >= 500) outcomes.push(`${status} ${method} ${path} ${JSON.stringify(options)}`);
        }
      }
    }
    expect(outcomes).toEqual([]);
  });
});
