import { afterAll, expect, it } from 'vitest';
import { newId } from '@/lib/core/encoding';
import { mintRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { randomBytes } from '@/lib/server/keys/random';
import { findFreePort } from '@/scripts/free-port.mjs';
import { rootsOf } from '@/tests/fixtures/root-secrets';
import { useDatabase } from '@/tests/support/database/use-database';
import { type Answer, send } from '@/tests/support/http/requests';
import { COOKIE, prepareSession } from '@/tests/support/people';
import { startHttpProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
const inside = await startHttpProxy(port);
afterAll(() => inside.close());
const server = await useServer({
  databaseUrl,
  port,
  env: { INTERNAL_ORIGIN: inside.origin, TRUSTED_PROXY_HOPS: '1' },
});

const REFRESH = '/api/auth/refresh';
const ask = (refreshToken: string, from: string): Promise<Answer> =>
  send(server, '/dashboard', { cookies: { [COOKIE.refresh]: refreshToken }, headers: { 'x-forwarded-for': from } });

/** Of the right shape, made with a secret that is not this server's. */
const macKeys = await refreshMacKeys(await rootsOf(1));
const madeUp = () => mintRefreshToken({ sessionId: newId(randomBytes), counter: 1, secret: randomBytes(16) }, macKeys);

it('a stranger who holds all the self-calls that his network may have keeps nobody of another network out', async () => {
  const { refreshToken: owned } = await prepareSession();
  const { refreshToken: neighbours } = await prepareSession();
  // What the stranger sends is never answered, so that each of his calls is held for as long as it can be.
  inside.judge((path) => (path === REFRESH ? 'hang' : 'pass'));
  const flood = await Promise.all(Array.from({ length: 300 }, madeUp));
  let turnedAway = 0;
  const answers = flood.map((token) =>
    ask(token, '203.0.113.66').then((answer) => {
      turnedAway += 1;
      return answer;
    }),
  );
  await expect.poll(() => turnedAway, { timeout: 15_000 }).toBeGreaterThanOrEqual(300 - 128);
  expect(inside.seen.filter((line) => line === `POST ${REFRESH}`).length).toBeLessThan(256);
  // Counted by what they bring: on a busy machine the stranger's requests still come, whenever one of his calls is over.
  const made = new Set<string>();
  inside.judge((path, { cookie = '' }) => {
    const whose = [owned, neighbours].find((token) => path === REFRESH && cookie.includes(token));
    if (whose !== undefined) made.add(whose);
    return 'pass';
  });
  const [owner, neighbour] = await Promise.all([ask(owned, '198.51.100.7'), ask(neighbours, '203.0.113.67')]);
  // Whoever is kept out makes no call. One that was made may be given up after three seconds, on a machine that is that busy.
  expect(made).toEqual(new Set([owned, neighbours]));
  for (const { status } of [owner, neighbour]) expect([200, 503]).toContain(status);
  const statusOf = async () => (await ask(owned, '198.51.100.7')).status;
  await expect.poll(statusOf, { timeout: 15_000 }).toBe(200);
  // Those held are given up after three seconds; what a slow machine sent later was refused. Nobody's cookies are touched.
  const all = await Promise.all(answers);
  for (const { status } of all) expect([503, 303]).toContain(status);
  expect(all.flatMap(({ setCookieLines }) => setCookieLines)).toEqual([]);
  expect((await ask(owned, '203.0.113.66')).status).toBe(200);
});
