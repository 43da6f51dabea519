import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { MEMBER, seedAccounts } from '@/tests/support/accounts';
import { createDatabase, dropDatabase } from '@/tests/support/database/postgres';
import { countStatements } from '@/tests/support/database/use-database';
import { testEnvironment } from '@/tests/support/server/environment';
import { startServer, type TestServer } from '@/tests/support/server/server';

let databaseUrl: string;
let first: TestServer;
let second: TestServer;

beforeAll(async () => {
  databaseUrl = await createDatabase(inject('adminUrl'));
  first = await startServer({ databaseUrl });
  // One origin for both, as behind a load balancer: a cookie of one is for the other too.
  second = await startServer({ databaseUrl, env: { APP_ORIGIN: first.origin } });
  await seedAccounts({ ...testEnvironment(databaseUrl, first.port), HANDSTAMP_DATA: first.dataFolder });
});

afterAll(async () => {
  await first?.stop();
  await second?.stop();
  await dropDatabase(inject('adminUrl'), databaseUrl);
});

function request(server: TestServer, path: string, init: { method?: string; cookie?: string; body?: object } = {}) {
  return fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: init.method ?? 'GET',
    headers: {
      origin: first.origin,
      ...(init.cookie ? { cookie: init.cookie } : {}),
      ...(init.body ? { 'content-type': 'application/json' } : {}),
    },
    ...(init.body ? { body: JSON.stringify(init.body) } : {}),
    redirect: 'manual',
  });
}

async function signIn(server: TestServer): Promise<string> {
  const answer = await request(server, '/api/auth/login', { method: 'POST', body: MEMBER });
  expect(answer.status).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1).join(''))
    .join('; ');
}

describe('two server processes on one database', () => {
  it('accept each other’s sessions', async () => {
    const cookie = await signIn(first);
    expect((await request(second, '/api/auth/session', { cookie })).status).toBe(200);
  });

  it('refuse within five seconds what the other one ended', async () => {
    const cookie = await signIn(first);
    expect((await request(first, '/api/auth/logout', { method: 'POST', cookie })).status).toBe(204);
    const access = cookie
      .split('; ')
      .filter((pair) => pair.includes('access'))
      .join('; ');
    const isRefused = async () => (await request(second, '/api/auth/session', { cookie: access })).status === 401;
    await expect.poll(isRefused, { timeout: 5_000, interval: 100 }).toBe(true);
  });

  it('verify a hundred requests without a statement for any of them', async () => {
    const cookie = await signIn(first);
    await request(second, '/api/auth/session', { cookie });
    const startedAt = Date.now();
    const { result, total } = await countStatements(databaseUrl, async () => {
      const answers = [];
      for (let i = 0; i < 100; i++) answers.push((await request(second, '/api/auth/session', { cookie })).status);
      return answers;
    });
    expect(result).toEqual(Array.from({ length: 100 }, () => 200));
    // The status list may be read once a second by each process, however many ask.
    const seconds = Math.ceil((Date.now() - startedAt) / 1000);
    expect(total).toBeLessThanOrEqual(2 * (seconds + 1));
  });

  it('go on when the other one is killed', async () => {
    const cookie = await signIn(first);
    await first.kill();
    expect((await request(second, '/api/auth/session', { cookie })).status).toBe(200);
    expect((await request(second, '/api/health')).status).toBe(200);
  });
});
