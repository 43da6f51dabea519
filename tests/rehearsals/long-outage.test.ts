import { afterAll, expect, it } from 'vitest';
import { startSeparateVerifier } from '@/tests/integration/drills/separate-verifier';
import { useDatabase } from '@/tests/support/database/use-database';
import { SITE, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, only, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { startDatabaseProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
afterAll(() => database.close());
const server = await useServer({ databaseUrl: database.databaseUrl });
const verifier = startSeparateVerifier(SITE, `http://127.0.0.1:${server.port}`);
afterAll(() => verifier.stop());

/**
 * Past every bound that an outage passes: 30 s of the last state in a server and in a verifier, a minute of a key set, a
 * connection's life of a minute. Ten minutes are the same again.
 */
const AWAY_MS = 75_000;
const EVERY_MS = 2_500;
const WELL_WITHIN_MS = 3_000;

it('while the database is away for longer than anything is kept, nobody is signed out, and all works 3 s after it is back', async () => {
  const person = await createPerson({ hasPassword: true });
  const { id, cookies, refreshOnly, accessToken } = await prepareSession(person);
  let held = refreshOnly;
  expect(await verifier.verify(accessToken)).toBe('valid');
  const login = () =>
    send(server, '/api/auth/login', { method: 'POST', json: { email: person.email, password: PASSWORD } });
  const renew = async () => {
    const answer = await send(server, '/api/auth/refresh', { method: 'POST', cookies: held });
    if (answer.status === 200) held = { ...held, ...only(answer.cookies, COOKIE.refresh) };
    return answer;
  };
  const page = () => send(server, '/dashboard', { cookies });
  expect((await renew()).status).toBe(200);

  database.cut();
  const statuses = new Map<string, Set<number>>();
  const untilMs = performance.now() + AWAY_MS;
  while (performance.now() < untilMs) {
    for (const [name, ask] of Object.entries({ login, renew, page })) {
      const answer = await ask();
      statuses.set(name, (statuses.get(name) ?? new Set()).add(answer.status));
      expect(answer.setCookieLines).toEqual([]);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  // What a service kept of the lists is older than it may be.
  expect(await verifier.verify(accessToken)).not.toBe('valid');
  database.restore();
  const backMs = performance.now();
  expect([...(statuses.get('login') ?? [])]).toEqual([503]);
  expect([...(statuses.get('renew') ?? [])]).toEqual([503]);
  // A page needs the database, whatever is known of the token.
  expect([...(statuses.get('page') ?? [])]).toEqual([503]);

  await expect
    .poll(async () => [(await renew()).status, (await page()).status, (await login()).status], {
      timeout: WELL_WITHIN_MS,
      interval: 100,
    })
    .toEqual([200, 200, 200]);
  await expect.poll(() => verifier.verify(accessToken), { timeout: WELL_WITHIN_MS, interval: 100 }).toBe('valid');
  expect(performance.now() - backMs).toBeLessThan(2 * WELL_WITHIN_MS);
  expect((await sessionRow(id)).endedAt).toBeNull();
});
