import { afterAll, describe, expect, it } from 'vitest';
import { cookieNames } from '@/lib/core/http/cookies';
import { useDatabase } from '@/tests/support/database/use-database';
import { openBrowser } from '@/tests/support/http/cookie-jar';
import { problemOf } from '@/tests/support/http/problems';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';
import { frontKind, startTlsFront } from './tls-front';

const APP_ORIGIN = 'https://app.handstamp.test';
const NAMES = cookieNames(true);

const { url: databaseUrl } = await useDatabase();
// This process issues the tokens of prepared sessions for the same site.
process.env['APP_ORIGIN'] = APP_ORIGIN;
const server = await useServer({ databaseUrl, env: { APP_ORIGIN, HANDSTAMP_DATA: '', TRUSTED_PROXY_HOPS: '1' } });

/** As a browser on the site sends it. */
const fromSite: RequestOptions = { headers: { host: 'app.handstamp.test', origin: APP_ORIGIN } };

describe.each([
  ['the browser’s Host', '$http_host'],
  ['another Host', 'upstream.internal'],
])(`behind ${frontKind} with TLS that passes on %s`, async (_what, hostHeader) => {
  const front = await startTlsFront(server.port, hostHeader);
  afterAll(() => front.close());

  it('a page is refreshed in one hop, with cookies that only this host over TLS gets', async () => {
    const { id, refreshToken } = await prepareSession();
    const browser = openBrowser(front.target, { [NAMES.refresh]: refreshToken });
    const answer = await browser.request('/dashboard', fromSite);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.cookies).sort()).toEqual([NAMES.access, NAMES.refresh]);
    for (const line of answer.setCookieLines) {
      expect(line).toMatch(/^__Host-/);
      expect(line).toMatch(/; Secure/i);
      expect(line).toMatch(/; HttpOnly/i);
      expect(line).not.toMatch(/; Domain/i);
    }
    expect((await sessionRow(id)).counter).toBe(1n);
    expect((await browser.request('/api/me', fromSite)).setCookieLines).toEqual([]);
  });

  it('an API route is reached by a POST, and renews with the cookies of the site', async () => {
    const { refreshToken } = await prepareSession();
    const cookies = { [NAMES.refresh]: refreshToken };
    const answer = await send(front.target, '/api/me', { ...fromSite, method: 'POST', cookies, json: {} });
    expect(problemOf(answer)).toBe('405 method_not_allowed');
    const renewed = await send(front.target, '/api/me', { ...fromSite, cookies });
    expect([renewed.status, Object.keys(renewed.cookies).sort()]).toEqual([200, [NAMES.access, NAMES.refresh].sort()]);
  });

  it('the sign-in page and its form lead to the site, not to the server behind', async () => {
    const guest = await send(front.target, '/dashboard', fromSite);
    expect(guest.headers.location).toBe(`${APP_ORIGIN}/login?next=%2Fdashboard`);
    const { email } = await createPerson({ hasPassword: true });
    const form = { email, password: PASSWORD, next: '/account' };
    const signedIn = await send(front.target, '/api/auth/login', { ...fromSite, method: 'POST', form });
    expect(signedIn.status).toBe(303);
    expect(new URL(signedIn.headers.location ?? '', APP_ORIGIN).href).toBe(`${APP_ORIGIN}/account`);
    expect(Object.keys(signedIn.cookies)).toContain(NAMES.access);
  });

  it('leads no program from http to https: what is asked in clear is refused or answered, and says nothing secret', async () => {
    const headers = { host: 'app.handstamp.test', 'x-forwarded-proto': 'http', origin: 'http://app.handstamp.test' };
    const json = { email: 'a@b.test', password: PASSWORD };
    const calls = [
      ['GET', '/api/auth/session', 401],
      ['GET', '/api/me', 401],
      ['GET', '/.well-known/jwks.json', 200],
      ['POST', '/api/auth/login', 403],
      ['POST', '/api/auth/refresh', 403],
      ['POST', '/api/oauth/revoke', 200],
    ] as const;
    for (const [method, path, status] of calls) {
      const body = method === 'POST' ? { json: path.endsWith('revoke') ? { token: 'x' } : json } : {};
      const answer = await send(server, path, { method, headers, ...body });
      expect([path, answer.status, answer.headers.location]).toEqual([path, status, undefined]);
      expect(answer.setCookieLines).toEqual([]);
    }
  });

  it('keeps out what does not come from the site, however the proxy is named', async () => {
    for (const origin of [
      'https://upstream.internal',
      'http://app.handstamp.test',
      `https://127.0.0.1:${server.port}`,
    ]) {
      const headers = { host: 'app.handstamp.test', origin };
      const answer = await send(front.target, '/api/auth/refresh', { method: 'POST', headers });
      expect(problemOf(answer)).toBe('403 origin_refused');
    }
  });
});
