import { describe, expect, it } from 'vitest';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, SITE, send } from '@/tests/support/http/requests';
import { ageRotation, COOKIE, createPerson, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:156.0) Gecko/20100101 Firefox/156.0';
const PAGES = ['/dashboard', '/account', '/account/sessions'];

function expectNewCookies(answer: Answer): void {
  expect(Object.keys(answer.cookies).sort()).toEqual([COOKIE.access, COOKIE.refresh].sort());
  for (const line of answer.setCookieLines) {
    expect(line).toMatch(/; Path=\//i);
    expect(line).toMatch(/; HttpOnly/i);
    expect(line).toMatch(/; SameSite=Lax/i);
  }
}

function expectNotStored(answer: Answer): void {
  expect(answer.headers['cache-control']).toContain('private');
  expect(answer.headers['cache-control']).toContain('no-store');
}

describe('a protected page', () => {
  it.each([
    ['/dashboard', '/login?next=%2Fdashboard'],
    ['/account', '/login?next=%2Faccount'],
    ['/admin/users?page=2', '/login?next=%2Fadmin%2Fusers%3Fpage%3D2'],
  ])('sends a guest of %s to %s', async (path, login) => {
    const answer = await send(server, path);
    expect(answer.status).toBe(303);
    expect(new URL(answer.headers.location ?? '', SITE).href).toBe(`${SITE}${login}`);
    expectNotStored(answer);
    expect(answer.setCookieLines).toEqual([]);
  });

  it.each(PAGES)('%s opens in one hop with the refresh cookie alone, and brings new cookies', async (path) => {
    const { id, refreshOnly, refreshToken } = await prepareSession();
    const answer = await send(server, path, { cookies: refreshOnly });
    expect(answer.status).toBe(200);
    expectNewCookies(answer);
    expect(answer.headers['cache-control']).toBe('private, no-store');
    expect(answer.headers['cdn-cache-control']).toBe('private, no-store');
    expect(answer.cookies[COOKIE.refresh]).not.toBe(refreshToken);
    expect((await sessionRow(id)).counter).toBe(1n);
    const next = await send(server, path, { cookies: { [COOKIE.access]: answer.cookies[COOKIE.access] ?? '' } });
    expect(next.status).toBe(200);
    expect(next.setCookieLines).toEqual([]);
  });

  it('opens with a damaged access token beside a good refresh token', async () => {
    const { cookies } = await prepareSession();
    const answer = await send(server, '/dashboard', { cookies: { ...cookies, [COOKIE.access]: 'a.b.c' } });
    expect(answer.status).toBe(200);
    expectNewCookies(answer);
  });

  it('does not refresh while the access token is good', async () => {
    const { id, cookies } = await prepareSession();
    expect((await send(server, '/dashboard', { cookies })).setCookieLines).toEqual([]);
    expect((await sessionRow(id)).counter).toBe(0n);
  });

  it('rotates once for twelve requests of one page load', async () => {
    const { id, refreshOnly } = await prepareSession();
    const answers = await atOnce(12, (index) =>
      send(server, PAGES[index % PAGES.length] ?? '/dashboard', { cookies: refreshOnly }),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => answer.cookies[COOKIE.refresh])).size).toBe(1);
    expect((await sessionRow(id)).counter).toBe(1n);
  });
});

describe('an API route', () => {
  it.each(['GET', 'HEAD'])('answers a %s with an expired access token after one refresh', async (method) => {
    const { id, refreshOnly } = await prepareSession();
    const answer = await send(server, '/api/me', { method, cookies: refreshOnly });
    expect(answer.status).toBe(200);
    expectNewCookies(answer);
    expectNotStored(answer);
    expect((await sessionRow(id)).counter).toBe(1n);
  });

  it('is reached by every method with its body, by a browser that brings its refresh cookie alone', async () => {
    const { refreshOnly } = await prepareSession();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      // No route below /api takes one of these: 405 or 404 comes from behind the middleware.
      const known = await send(server, '/api/me', { method, cookies: refreshOnly, json: { name: 'x'.repeat(2000) } });
      expect(problemOf(known)).toBe('405 method_not_allowed');
      const unknown = await send(server, '/api/nothing', { method, cookies: refreshOnly, json: {} });
      expect(problemOf(unknown)).toBe('404 not_found');
    }
  });

  it.each(['/api/me', '/api/auth/session', '/api/auth/sessions'])(
    '%s renews by itself, in one statement',
    async (route) => {
      const { id, refreshOnly, cookies } = await prepareSession();
      const asked = () => send(server, route, { cookies: { ...cookies, [COOKIE.access]: 'a.b.c' } });
      const { result, statements } = await countStatements(databaseUrl, asked);
      expect(result.status).toBe(200);
      expectNewCookies(result);
      expect(statements.filter(({ sql }) => sql.includes('UPDATE "Session"'))).toMatchObject([{ calls: 1 }]);
      expect((await sessionRow(id)).counter).toBe(1n);
      expect((await send(server, route, { cookies: refreshOnly })).status).toBe(200);
    },
  );

  it('renews once for eight requests of one page at the same moment', async () => {
    const { id, refreshOnly } = await prepareSession();
    const { result: answers, statements } = await countStatements(databaseUrl, () =>
      atOnce(8, () => send(server, '/api/auth/session', { cookies: refreshOnly })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    for (const answer of answers) expectNewCookies(answer);
    expect(new Set(answers.map((answer) => answer.cookies[COOKIE.refresh])).size).toBe(1);
    // Those that come while one is under way share it; each alone would be eight.
    const [renewal] = statements.filter(({ sql }) => sql.includes('UPDATE "Session"'));
    expect(renewal?.calls).toBeLessThan(8);
    expect((await sessionRow(id)).counter).toBe(1n);
  });

  it('writes down the address of the visitor, and not that of a server in between', async () => {
    const { id, refreshOnly } = await prepareSession();
    await send(server, '/api/me', { cookies: refreshOnly, headers: { 'user-agent': FIREFOX } });
    expect((await sessionRow(id)).userAgent).toBe(FIREFOX);
  });

  it('answers 401 with a challenge to a guest', async () => {
    const answer = await send(server, '/api/me');
    expect(problemOf(answer)).toBe('401 unauthenticated');
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });
});

describe('a page that everybody may see', () => {
  it.each(['/', '/login', '/register'])('%s knows a visitor who brings the refresh cookie alone', async (path) => {
    const person = await createPerson({ name: 'Returning Rita' });
    const { refreshOnly } = await prepareSession(person);
    const answer = await send(server, path, { cookies: refreshOnly });
    expect(answer.status).toBe(200);
    expectNewCookies(answer);
    expectNotStored(answer);
    expect(answer.text).toMatch(/Dashboard|signed in/i);
  });

  it('is shown to a visitor whose session has ended, and leaves the cookies alone', async () => {
    const { refreshOnly, cookies } = await prepareSession();
    await send(server, '/api/auth/logout', { method: 'POST', cookies });
    for (const path of ['/', '/login']) {
      const answer = await send(server, path, { cookies: refreshOnly });
      expect([answer.status, answer.setCookieLines]).toEqual([200, []]);
    }
  });
});

describe('a refused refresh', () => {
  it('keeps the cookies: sign-in page for a page, 401 for an API, and never a deletion', async () => {
    const session = await prepareSession();
    const { id, refreshOnly } = session;
    await send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly });
    await ageRotation(id, 31);
    const page = await send(server, '/dashboard', { cookies: refreshOnly });
    expect(page.status).toBe(303);
    expect(new URL(page.headers.location ?? '', SITE).href).toBe(`${SITE}/login?next=%2Fdashboard`);
    expect(page.setCookieLines).toEqual([]);
    expectNotStored(page);
    const api = await send(server, '/api/me', { cookies: refreshOnly });
    expect(problemOf(api)).toBe('401 session_ended');
    expect(api.setCookieLines).toEqual([]);
    expect((await sessionRow(id)).endReason).toBe('reuse_detected');
  });

  it('costs no statement the second time', async () => {
    const { refreshOnly, cookies } = await prepareSession();
    await send(server, '/api/auth/logout', { method: 'POST', cookies });
    await send(server, '/dashboard', { cookies: refreshOnly });
    const { result, statements } = await countStatements(databaseUrl, () =>
      send(server, '/dashboard', { cookies: refreshOnly }),
    );
    expect(result.status).toBe(303);
    expect(statements.filter(({ sql }) => !sql.includes('Session_statusNumber_seq'))).toEqual([]);
  });
});
