import { describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, claimsOf, signInProgram } from '@/tests/support/http/programs';
import { type Answer, type RequestOptions, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const PAGE = 'https://spa.handstamp.test';
/** The pages of a telephone's application. */
const APP_PAGE = 'capacitor://localhost';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { CORS_ORIGINS: `${PAGE}, ${APP_PAGE}` } });

const challenge = (answer: Answer) => answer.headers['www-authenticate'];
const TAKES_COOKIE = ['/api/me', '/api/auth/session', '/api/auth/sessions'];

// Promise: Beside a Bearer credential no cookie is read
describe('Authorization: Bearer', () => {
  it.each(TAKES_COOKIE)('opens %s, as the cookie does', async (path) => {
    const { tokens } = await signInProgram(server);
    const answer = await send(server, path, bearer(tokens.access_token));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['cache-control']).toContain('no-store');
  });

  it('changes things too, without an Origin: no page of another site can send it', async () => {
    const { person, tokens } = await signInProgram(server);
    const other = await prepareSession(person);
    const headers = { origin: null, ...bearer(tokens.access_token).headers };
    expect((await send(server, `/api/auth/sessions/${other.id}`, { method: 'DELETE', headers })).status).toBe(204);
    expect(await sessionRow(other.id)).toMatchObject({ endReason: 'ended_by_owner' });
    expect((await send(server, '/api/auth/logout', { method: 'POST', headers })).status).toBe(204);
    expect(await sessionRow(String(claimsOf(tokens.access_token)['sid']))).toMatchObject({ endReason: 'signed_out' });
  });

  it.each(TAKES_COOKIE)('that is bad is refused at %s even beside good cookies', async (path) => {
    const { cookies, refreshToken } = await prepareSession();
    for (const token of ['nonsense', refreshToken, `hs_rt_${refreshToken}`]) {
      const answer = await send(server, path, { cookies, ...bearer(token) });
      expect(problemOf(answer)).toBe('401 unauthenticated');
      expect(challenge(answer)).toMatch(/^Bearer realm="handstamp", error="invalid_token", error_description="[^"]+"$/);
      expect(answer.setCookieLines).toEqual([]);
    }
  });

  it('is never a refresh token, a program has no way round it', async () => {
    const { tokens } = await signInProgram(server);
    const answer = await send(server, '/api/auth/session', bearer(tokens.refresh_token));
    expect(problemOf(answer)).toBe('401 unauthenticated');
  });

  it.each(['Bearer', 'Bearer ', 'bearer a b', 'BEARER  x  y'])(
    'without a readable token is a 400: %j',
    async (value) => {
      const { cookies } = await prepareSession();
      const answer = await send(server, '/api/me', { cookies, headers: { authorization: value } });
      expect(problemOf(answer)).toBe('400 malformed_request');
      expect(challenge(answer)).toContain('error="invalid_request"');
    },
  );

  it.each(['Bearer', 'bearer x', 'BEARER=x', 'Bearer\tx', `beaReR ${'x'.repeat(40)}`])(
    'lets no cookie be read or refreshed, whatever stands behind the scheme: %j',
    async (authorization) => {
      const { id, refreshOnly } = await prepareSession();
      for (const path of TAKES_COOKIE) {
        const answer = await send(server, path, { cookies: refreshOnly, headers: { authorization } });
        expect([400, 401], `${path} ${answer.status}`).toContain(answer.status);
        expect(answer.setCookieLines).toEqual([]);
      }
      expect(await sessionRow(id)).toMatchObject({ counter: 0n, endedAt: null });
    },
  );

  it('absent is told without an error: nobody was refused anything yet (RFC 6750 §3.1)', async () => {
    for (const headers of [{}, { authorization: 'Basic YTpi' }]) {
      const answer = await send(server, '/api/auth/session', { headers });
      expect(problemOf(answer)).toBe('401 unauthenticated');
      expect(challenge(answer)).toBe('Bearer realm="handstamp"');
    }
  });

  it('says nothing to a page: pages are for cookies', async () => {
    const { tokens } = await signInProgram(server);
    expect((await send(server, '/dashboard', bearer(tokens.access_token))).status).toBe(303);
  });
});

describe('an Authorization header of another scheme, as a proxy in front takes it', () => {
  const FOREIGN = ['Basic c3RhZ2luZzpsZXRtZWlu', 'Digest username="x"', 'Negotiate YII=', 'Token x', 'x', ''];

  it.each(FOREIGN)('changes nothing for who brings cookies: %j', async (authorization) => {
    const { id, accessOnly, refreshOnly, person } = await prepareSession();
    const headers = { authorization };
    for (const path of TAKES_COOKIE) {
      expect((await send(server, path, { cookies: accessOnly, headers })).status, path).toBe(200);
    }
    const refreshed = await send(server, '/api/me', { cookies: refreshOnly, headers });
    expect(refreshed.json()).toMatchObject({ user: { id: person.id } });
    expect(Object.keys(refreshed.cookies).sort()).toEqual([COOKIE.access, COOKIE.refresh]);
    const page = await send(server, '/dashboard', { cookies: refreshed.cookies, headers });
    expect(page.status).toBe(200);
    expect((await send(server, '/api/auth/logout', { method: 'POST', cookies: refreshOnly, headers })).status).toBe(
      204,
    );
    expect(await sessionRow(id)).toMatchObject({ endReason: 'signed_out' });
    expect((await send(server, '/api/auth/session', { cookies: accessOnly, headers })).status).toBe(401);
  });
});

describe('sign-out ends whatever it is shown', () => {
  const signOut = (options: RequestOptions) => send(server, '/api/auth/logout', { method: 'POST', ...options });
  const ended = async (id: string) => (await sessionRow(id)).endReason;

  it('the session of a Bearer token and that of the cookies beside it', async () => {
    const { tokens } = await signInProgram(server);
    const browser = await prepareSession();
    expect((await signOut({ cookies: browser.cookies, ...bearer(tokens.access_token) })).status).toBe(204);
    expect(await ended(browser.id)).toBe('signed_out');
    expect(await ended(String(claimsOf(tokens.access_token)['sid']))).toBe('signed_out');
    expect((await send(server, '/api/auth/session', bearer(tokens.access_token))).status).toBe(401);
  });

  it.each(['Bearer nonsense', 'Bearer', 'bearer a b'])(
    'the cookies beside a Bearer that is none: %j',
    async (value) => {
      const { id, cookies } = await prepareSession();
      expect((await signOut({ cookies, headers: { authorization: value } })).status).toBe(204);
      expect(await ended(id)).toBe('signed_out');
    },
  );

  it('access and refresh cookies of two sessions', async () => {
    const [one, two] = [await prepareSession(), await prepareSession()];
    expect((await signOut({ cookies: { ...one.accessOnly, ...two.refreshOnly } })).status).toBe(204);
    expect([await ended(one.id), await ended(two.id)]).toEqual(['signed_out', 'signed_out']);
  });

  it.each([COOKIE.access, COOKIE.refresh])('the good one of two cookies named %s', async (name) => {
    const { id, cookies } = await prepareSession();
    const cookie = `${name}=planted; ${name}=${cookies[name]}`;
    expect((await signOut({ headers: { cookie } })).status).toBe(204);
    expect(await ended(id)).toBe('signed_out');
  });
});

describe('pages of other origins', () => {
  const preflight = (path: string, origin: string, method = 'GET') =>
    send(server, path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    });

  it.each([...TAKES_COOKIE, '/api/auth/token', '/api/auth/token/refresh', '/api/oauth/revoke'])(
    'that are listed may call %s, never with credentials',
    async (path) => {
      const answer = await preflight(path, PAGE);
      expect(answer.status).toBe(204);
      expect(answer.headers['access-control-allow-origin']).toBe(PAGE);
      expect(answer.headers['access-control-allow-headers']).toContain('authorization');
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
      expect(answer.headers['vary']).toContain('Origin');
    },
  );

  it('that are listed read answers and refusals', async () => {
    const { tokens } = await signInProgram(server);
    const good = await send(server, '/api/me', { headers: { origin: PAGE, ...bearer(tokens.access_token).headers } });
    const bad = await send(server, '/api/me', { headers: { origin: PAGE, authorization: 'Bearer nonsense' } });
    expect([good.status, bad.status]).toEqual([200, 401]);
    for (const answer of [good, bad]) {
      expect(answer.headers['access-control-allow-origin']).toBe(PAGE);
      expect(answer.headers['access-control-expose-headers']).toContain('WWW-Authenticate');
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('of an application that is listed sign in and call the API with the token', async () => {
    const { email } = await createPerson({ hasPassword: true });
    const headers = { origin: APP_PAGE };
    const json = { email, password: PASSWORD };
    const signedIn = await send(server, '/api/auth/token', { method: 'POST', json, headers });
    expect(signedIn.status).toBe(200);
    const { access_token: token } = signedIn.json() as { access_token: string };
    const asked = await send(server, '/api/me', { headers: { ...headers, ...bearer(token).headers } });
    expect(asked.status).toBe(200);
    for (const answer of [signedIn, asked, await preflight('/api/me', APP_PAGE)]) {
      expect(answer.headers['access-control-allow-origin']).toBe(APP_PAGE);
    }
  });

  it.each([
    'capacitor://evil',
    'ionic://localhost',
    'https://evil.example',
    'null',
    `${PAGE}.evil.example`,
    PAGE.replace('https', 'http'),
  ])('that are not listed are told nothing: %s', async (origin) => {
    for (const path of [...TAKES_COOKIE, '/api/auth/token']) {
      expect((await preflight(path, origin)).headers['access-control-allow-origin'], path).toBeUndefined();
    }
    const { accessOnly } = await prepareSession();
    const answer = await send(server, '/api/me', { headers: { origin }, cookies: accessOnly });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may not ask about tokens: secrets of resource servers have no place in a browser', async () => {
    const answer = await preflight('/api/oauth/introspect', PAGE, 'POST');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ...['login', 'login/mfa', 'register', 'verify-email', 'forgot-password', 'reset-password', 'undo'].map(
      (name) => `/api/auth/${name}`,
    ),
    ...['/api/auth/step-up', '/api/account/password', '/api/account/email', '/api/account/email/confirm'],
    ...['/api/auth/refresh', '/api/auth/logout', '/api/admin/users', '/api/admin/audit', '/api/admin/audit/export'],
    ...['/api/cron/clean', '/api/cron/mail', '/api/dev/mail', '/api/health', '/api/nothing'],
  ])('may not call %s, which is for cookies or for nobody: a preflight gets nothing', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await preflight(path, PAGE, method);
      const granted = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'));
      expect(granted, method).toEqual([]);
    }
    const called = await send(server, path, { method: 'POST', json: {}, headers: { origin: PAGE } });
    expect(called.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['/.well-known/jwks.json', '/.well-known/oauth-authorization-server', '/status-lists/0'])(
    'read %s, wherever they are from',
    async (path) => {
      const answer = await send(server, path, { headers: { origin: 'https://anywhere.example' } });
      expect(answer.status).toBe(200);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
      const asked = await preflight(path, 'https://anywhere.example');
      expect(asked.headers['access-control-allow-headers']).toContain('if-none-match');
    },
  );
});
