import { describe, expect, it, onTestFinished } from 'vitest';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { SITE, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, only, signIn } from '@/tests/support/people';
import { startServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';

// One origin for both, as behind a load balancer: a cookie of one is for the other too.
const { url: databaseUrl } = await useDatabase();
const first = await useServer({ databaseUrl });
const second = await useServer({ databaseUrl });
const member = await createPerson({ hasPassword: true });

describe('two server processes on one database', () => {
  it('accept each other’s sessions', async () => {
    const cookies = await signIn(first, member);
    expect((await send(second, '/api/auth/session', { cookies })).status).toBe(200);
  });

  it('publish lists that a cache may keep for a second, and not a moment longer', async () => {
    for (const server of [first, second]) {
      const answer = await send(server, '/status-lists/0');
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'public, max-age=1']);
      const held = await send(server, '/status-lists/0', { headers: { 'if-none-match': answer.headers.etag ?? '' } });
      expect([held.status, held.headers['cache-control']]).toEqual([304, 'public, max-age=1']);
    }
  });

  it('refuse within five seconds what the other one ended', async () => {
    const cookies = await signIn(first, member);
    expect((await send(first, '/api/auth/logout', { method: 'POST', cookies })).status).toBe(204);
    const access = only(cookies, COOKIE.access);
    const isRefused = async () => (await send(second, '/api/auth/session', { cookies: access })).status === 401;
    await expect.poll(isRefused, { timeout: 5_000, interval: 100 }).toBe(true);
  });

  it('verify a hundred requests without a statement for any of them', async () => {
    const cookies = await signIn(first, member);
    await send(second, '/api/auth/session', { cookies });
    const startedAt = Date.now();
    const { result, total } = await countStatements(databaseUrl, async () => {
      const answers = [];
      for (let i = 0; i < 100; i++) answers.push((await send(second, '/api/auth/session', { cookies })).status);
      return answers;
    });
    expect(result).toEqual(Array.from({ length: 100 }, () => 200));
    // The status list may be read once a second by each process, however many ask.
    const seconds = Math.ceil((Date.now() - startedAt) / 1000);
    expect(total).toBeLessThanOrEqual(2 * (seconds + 1));
  });

  it('go on when another one is killed', async () => {
    const third = await startServer({ databaseUrl, env: { APP_ORIGIN: SITE } });
    onTestFinished(() => third.stop());
    const cookies = await signIn(third, member);
    await third.kill();
    expect((await send(second, '/api/auth/session', { cookies })).status).toBe(200);
    expect((await send(second, '/api/health')).status).toBe(200);
  });
});
