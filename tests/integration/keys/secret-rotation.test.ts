import { afterAll, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import type { KeyReport } from '@/lib/server/keys/facts';
import { accountBucket } from '@/lib/server/rate-limit/buckets';
import { countAttempt } from '@/lib/server/rate-limit/limiter';
import { runCommand } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { type Answer, SITE, send } from '@/tests/support/http/requests';
import {
  ageRotation,
  COOKIE,
  createPerson,
  lengthenWaits,
  PASSWORD,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { TEST_AUTH_SECRET, testEnvironment } from '@/tests/support/server/environment';
import { startServer, type TestServer } from '@/tests/support/server/server';

const OLD = TEST_AUTH_SECRET;
const NEW = 'bmV3IHNlY3JldCBvZiB0aGUgdGVzdHMsIG9mIG5vIHVzZQ';

const { url: databaseUrl } = await useDatabase();
let server: TestServer | undefined;
afterAll(() => server?.stop());

/** Starts the server again, as an operator does after a change of its settings. */
async function restart(secrets: string): Promise<TestServer> {
  await server?.stop();
  server = await startServer({ databaseUrl, env: { APP_ORIGIN: SITE, AUTH_SECRET: secrets } });
  return server;
}

const keys = (secrets: string, ...args: string[]) =>
  runCommand('lib/server/cli/keys.ts', { ...testEnvironment(databaseUrl), AUTH_SECRET: secrets }, args);
const report = async (secrets: string): Promise<KeyReport> => JSON.parse(await keys(secrets, 'status', '--json'));

const refresh = (target: TestServer, token: string): Promise<Answer> =>
  send(target, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: token } });
const asks = async (target: TestServer, token: string): Promise<number> =>
  (await send(target, '/api/me', { cookies: { [COOKIE.access]: token } })).status;

// Each starts servers and commands one after the other.
const TIMEOUT = { timeout: 120_000 };

// Promise: `AUTH_SECRET` rotates and nobody is signed out
it(
  'AUTH_SECRET rotates: nobody is signed out, status says when the old entry may go, and then it goes',
  TIMEOUT,
  async () => {
    const both = `${NEW},${OLD}`;
    const people = await Promise.all([1, 2, 3].map(() => createPerson({ hasPassword: true })));
    const sessions = [];
    for (const person of people) sessions.push(await prepareSession(person));
    const held = new Map(sessions.map(({ id, accessToken, refreshToken }) => [id, { accessToken, refreshToken }]));
    const tokensOf = (id: string) => held.get(id) ?? { accessToken: '', refreshToken: '' };

    const guessed = 'guessed@people.test';
    for (let guess = 0; guess < 5; guess += 1) await countAttempt([await accountBucket(guessed)]);
    await lengthenWaits();

    // The new secret first: every token of before goes on, and so do passwords and everything that keys opened.
    let running = await restart(both);
    for (const { id } of sessions) expect(await asks(running, tokensOf(id).accessToken)).toBe(200);
    // Whoever had to wait still has to.
    const guess = { email: guessed, password: PASSWORD };
    expect((await send(running, '/api/auth/login', { method: 'POST', json: guess })).status).toBe(429);
    const login = { email: people[0]?.email, password: PASSWORD };
    const signedIn = await send(running, '/api/auth/login', { method: 'POST', json: login });
    expect(signedIn.status).toBe(200);

    expect((await report(both)).secrets).toMatchObject([
      { place: 1, keys: 0, sessions: 1, mayGo: false },
      { place: 2, keys: 7, sessions: 3, mayGo: false },
    ]);
    expect(await keys(both, 'rewrap')).toContain('7 of 7 stored keys');
    expect(await keys(both, 'rewrap')).toContain('already');
    for (const { id } of sessions) expect(await asks(running, tokensOf(id).accessToken)).toBe(200);

    // Each refresh moves its session to the new secret; the last one lets the old entry go.
    for (const [index, { id }] of sessions.entries()) {
      const [, old] = (await report(both)).secrets;
      expect(old).toMatchObject({ keys: 0, sessions: 3 - index, mayGo: false });
      expect(old?.sessionsUntil).toBe(
        (await latestIdleEnd(sessions.slice(index).map((session) => session.id))).toISOString(),
      );
      const answer = await refresh(running, tokensOf(id).refreshToken);
      expect(answer.status).toBe(200);
      held.set(id, {
        accessToken: answer.cookies[COOKIE.access] ?? '',
        refreshToken: answer.cookies[COOKIE.refresh] ?? '',
      });
    }
    const status = await keys(both, 'status');
    expect(status).toContain('Entry 2');
    expect(status).toContain('may go: take it out of the list and restart');
    for (const secret of [NEW, OLD]) expect(status).not.toContain(secret);

    // The new one alone: everybody is still signed in, by page, by refresh and by password.
    running = await restart(NEW);
    for (const { id } of sessions) {
      await ageRotation(id, 31);
      const { accessToken, refreshToken } = tokensOf(id);
      expect(await asks(running, accessToken)).toBe(200);
      const page = await send(running, '/account', { cookies: { [COOKIE.refresh]: refreshToken } });
      expect(page.status).toBe(200);
    }
    expect((await send(running, '/api/auth/login', { method: 'POST', json: login })).status).toBe(200);
    expect((await report(NEW)).secrets).toMatchObject([{ place: 1, keys: 7, sessions: 5 }]);

    // The old one opens nothing any more, not even a server.
    await expect(restart(OLD)).rejects.toThrow(/no keys that AUTH_SECRET opens/);
  },
);

it(
  'after both leaked, the runbook leaves no old token, no old key and no old secret, and passwords still work',
  TIMEOUT,
  async () => {
    const last = 'bGFzdCBzZWNyZXQgb2YgdGhlIHRlc3RzLCBvZiBubyB1c2U';
    const person = await createPerson({ hasPassword: true });
    const login = { method: 'POST', json: { email: person.email, password: PASSWORD } };
    // Everything is under the secret that leaks.
    await keys(`${NEW},${OLD}`, 'rewrap');
    const before = await send(await restart(NEW), '/api/auth/login', login);
    const stolen = before.cookies[COOKIE.access] ?? '';
    await server?.stop();
    await db().$executeRaw`DELETE FROM "Session"`;
    await db().$executeRaw`DELETE FROM "Key" WHERE purpose IN ('signing', 'seal')`;
    const both = { ...testEnvironment(databaseUrl), AUTH_SECRET: `${last},${NEW}` };
    await runCommand('lib/server/cli/migrate.ts', both);
    expect(await runCommand('lib/server/cli/keys.ts', both, ['rewrap'])).toContain('4 of 7 stored keys');
    const running = await restart(last);
    expect(await asks(running, stolen)).toBe(401);
    expect((await refresh(running, before.cookies[COOKIE.refresh] ?? '')).status).toBe(401);
    const after = await send(running, '/api/auth/login', login);
    expect(after.status).toBe(200);
    expect(await asks(running, after.cookies[COOKIE.access] ?? '')).toBe(200);
  },
);

async function latestIdleEnd(ids: readonly string[]): Promise<Date> {
  const ends = await Promise.all(ids.map(async (id) => (await sessionRow(id)).idleExpiresAt.getTime()));
  return new Date(Math.max(...ends));
}
