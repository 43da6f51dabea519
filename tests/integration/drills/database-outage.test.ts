import { afterAll, describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { ask, bearer, claimsOf, oauthErrorOf, refreshProgram, signInProgram } from '@/tests/support/http/programs';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { auditTypes, prepareSession, sessionRow } from '@/tests/support/people';
import { startDatabaseProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
afterAll(() => database.close());
const server = await useServer({ databaseUrl: database.databaseUrl });

/** `200 ok`, or the problem. */
async function health(): Promise<string> {
  const answer = await send(server, '/api/health');
  return answer.status === 200 ? '200 ok' : problemOf(answer);
}

const refresh = (cookies: Record<string, string>) => send(server, '/api/auth/refresh', { method: 'POST', cookies });

describe('while the database is down', () => {
  it('nobody is signed out: 503 with Retry-After, cookies kept, and all works again afterwards', async () => {
    const session = await prepareSession();
    const { refreshOnly } = session;
    expect((await refresh(refreshOnly)).status).toBe(200);
    database.cut();
    try {
      const direct = await refresh(refreshOnly);
      expect(problemOf(direct)).toBe('503 service_unavailable');
      const api = await send(server, '/api/me', { cookies: refreshOnly });
      expect(problemOf(api)).toBe('503 service_unavailable');
      const page = await send(server, '/dashboard', { cookies: refreshOnly });
      expect(page.status).toBe(503);
      expect(page.headers['cache-control']).toContain('no-store');
      for (const answer of [direct, api, page]) {
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(answer.setCookieLines).toEqual([]);
      }
      // What it found before is good for a second.
      await expect.poll(health, { timeout: 10_000 }).toBe('503 service_unavailable');
    } finally {
      database.restore();
    }
    await expect.poll(async () => (await refresh(refreshOnly)).status, { timeout: 10_000 }).toBe(200);
    expect((await send(server, '/dashboard', { cookies: refreshOnly })).status).toBe(200);
    await expect.poll(health, { timeout: 10_000 }).toBe('200 ok');
    expect((await sessionRow(session.id)).endedAt).toBeNull();
    expect(await auditTypes(session.id)).toEqual(['signed_in']);
  });

  it('a login, a sign-out and a sign-up say so, and a sign-out deletes no cookie that it did not end', async () => {
    const { id, cookies } = await prepareSession();
    database.cut();
    try {
      const person = { email: 'somebody@people.test', password: 'seven-kites-over-a-quiet-harbour' };
      const login = await send(server, '/api/auth/login', { method: 'POST', json: person });
      const signOut = await send(server, '/api/auth/logout', { method: 'POST', cookies });
      const signUp = await send(server, '/api/auth/register', { method: 'POST', json: person });
      for (const answer of [login, signOut, signUp]) {
        expect(problemOf(answer)).toBe('503 service_unavailable');
        expect(answer.setCookieLines).toEqual([]);
      }
    } finally {
      database.restore();
    }
    expect((await sessionRow(id)).endedAt).toBeNull();
  });

  it('programs are told to come back, in the words of OAuth, and keep their session', async () => {
    await expect.poll(async () => (await send(server, '/api/health')).status, { timeout: 10_000 }).toBe(200);
    const { tokens } = await signInProgram(server);
    const sid = String(claimsOf(tokens.access_token)['sid']);
    database.cut();
    try {
      const refreshed = await refreshProgram(server, tokens.refresh_token);
      const revoked = await ask(server, '/api/oauth/revoke', { token: tokens.refresh_token });
      for (const answer of [refreshed, revoked]) {
        expect(oauthErrorOf(answer)).toBe('503 temporarily_unavailable');
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      const api = await send(server, '/api/me', bearer(tokens.access_token));
      expect(problemOf(api)).toBe('503 service_unavailable');
    } finally {
      database.restore();
    }
    await expect
      .poll(async () => (await refreshProgram(server, tokens.refresh_token)).status, { timeout: 10_000 })
      .toBe(200);
    expect((await sessionRow(sid)).endedAt).toBeNull();
  });

  it('a network that swallows packets is noticed too, and all works again afterwards', async () => {
    const { id, cookies, refreshOnly } = await prepareSession();
    await expect.poll(async () => (await refresh(refreshOnly)).status, { timeout: 10_000 }).toBe(200);
    // As many as the pool holds, so that every connection is one that will never answer.
    await atOnce(20, () => send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly }));
    const statusOf = (answer: Promise<Answer>) =>
      answer.then(
        ({ status }) => status,
        () => 'no answer in 20 s',
      );
    database.freeze();
    try {
      const statuses = await Promise.all([
        statusOf(send(server, '/dashboard', { cookies: refreshOnly })),
        statusOf(refresh(refreshOnly)),
        statusOf(send(server, '/api/health')),
      ]);
      expect(statuses).toEqual([503, 503, 503]);
      // What was read before the silence is good for 30 s, and the silence has lasted for some 10 s of them.
      expect(await statusOf(send(server, '/api/auth/session', { cookies }))).toBe(200);
    } finally {
      database.restore();
    }
    await expect.poll(async () => statusOf(refresh(refreshOnly)), { timeout: 20_000 }).toBe(200);
    expect((await send(server, '/api/auth/session', { cookies })).status).toBe(200);
    expect((await sessionRow(id)).endedAt).toBeNull();
  }, 90_000);
});
