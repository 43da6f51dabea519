import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { newKnownDevice } from '@/lib/server/sign-in/known-device';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, inTurns, SITE, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, PASSWORD, type Person, prepareSession } from '@/tests/support/people';
import { startServer, type TestServer } from '@/tests/support/server/server';

const { url: databaseUrl } = await useDatabase();
// What a flood costs is the subject: hashes are those of a server on which nothing is said.
process.env['PASSWORD_HASH_COST'] = '12';

const CONNECTIONS = 100;
const OWNERS = 20;
const NEW_BROWSERS = 4;
const AT_ONCE = 4;
/** What an owner on a known device waits at most, where a login without a flood takes `CALM_LOGIN_MS`. */
const OWNER_WITHIN_MS = 5_000;
/** What anybody waits at most: for a thread, then for the hash. */
const ANYBODY_WITHIN_MS = 12_000;
/** A machine that takes longer without any flood, because it is busy with something else, gets so much more time. */
const CALM_LOGIN_MS = 500;

type Owner = { readonly person: Person; readonly device: Record<string, string> };

let requests = 0;
/** Somebody else at every request, from another network where one is known. */
function nextStranger() {
  requests += 1;
  const ip = `100.${64 + ((requests >> 16) & 63)}.${(requests >> 8) & 255}.${requests & 255}`;
  return { email: `nobody-${requests}@people.test`, ip };
}

const logIn = (server: TestServer, email: string, ip: string, cookies = {}) =>
  send(server, '/api/auth/login', {
    method: 'POST',
    json: { email, password: PASSWORD },
    headers: { 'x-forwarded-for': ip },
    cookies,
  });

/** An account and the browser that it let in, which holds the cookie that a login gives. */
async function makeOwner(): Promise<Owner> {
  const person = await createPerson({ hasPassword: true });
  return { person, device: { [COOKIE.device]: await newKnownDevice(person.email) } };
}

/** Logs in over so many connections, each again as soon as it is answered, until `work` is done. */
async function duringFlood<T>(server: TestServer, work: () => Promise<T>): Promise<{ result: T; answers: Answer[] }> {
  const answers: Answer[] = [];
  let isOver = false;
  const connection = async () => {
    while (!isOver) {
      const { email, ip } = nextStranger();
      const answer = await logIn(server, email, ip).catch(() => null);
      if (answer !== null) answers.push(answer);
    }
  };
  const flood = Array.from({ length: CONNECTIONS }, connection);
  await expect
    .poll(() => answers.filter(({ status }) => status === 503).length, { timeout: 15_000 })
    .toBeGreaterThan(50);
  const result = await work();
  isOver = true;
  await Promise.all(flood);
  return { result, answers };
}

const HOME = '198.51.100.1';
const logInKnown = (server: TestServer, owner?: Owner) => logIn(server, owner?.person.email ?? '', HOME, owner?.device);
const logInNew = (server: TestServer, owner?: Owner) => logIn(server, owner?.person.email ?? '', HOME);

/** How many times as long as expected this machine takes for one login. */
async function slowness(server: TestServer, owners: readonly Owner[]): Promise<number> {
  const calm = await inTurns(3, 1, (n) => timed(() => logInKnown(server, owners[n])));
  const [, median = 0] = calm.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.max(1, median / CALM_LOGIN_MS);
}

async function timed(work: () => Promise<Answer>): Promise<{ status: number; ms: number; answer: Answer }> {
  const startedAt = performance.now();
  const answer = await work();
  return { status: answer.status, ms: performance.now() - startedAt, answer };
}

// Promise: Passwords are hashed off the event loop
describe.each([
  ['many networks', '1'],
  ['one client of which no network is known', '0'],
])('a flood of logins over 100 connections from %s', (_from, hops) => {
  it('leaves owners on known devices alone, tells new browsers to come back, and is counted nowhere', async () => {
    const server = await startServer({
      databaseUrl,
      env: { APP_ORIGIN: SITE, TRUSTED_PROXY_HOPS: hops, PASSWORD_HASH_COST: '12' },
    });
    try {
      const owners: Owner[] = [];
      for (let n = 0; n < OWNERS; n += 1) owners.push(await makeOwner());
      const { accessOnly } = await prepareSession();
      const factor = await slowness(server, owners);
      await db().rateLimit.deleteMany();
      const { result, answers } = await duringFlood(server, async () => {
        const byOwners = await inTurns(OWNERS, AT_ONCE, (n) => timed(() => logInKnown(server, owners[n])));
        const byNewBrowsers = await inTurns(NEW_BROWSERS, 1, (n) => timed(() => logInNew(server, owners[n])));
        const others = await timed(() => send(server, '/api/auth/session', { cookies: accessOnly }));
        return { byOwners, byNewBrowsers, others };
      });
      const { byOwners, byNewBrowsers, others } = result;
      const inTime = byOwners.filter(({ status, ms }) => status === 200 && ms < factor * OWNER_WITHIN_MS);
      expect(
        inTime.length,
        JSON.stringify(byOwners.map(({ status, ms }) => [status, Math.round(ms)])),
      ).toBeGreaterThanOrEqual(Math.ceil(0.95 * OWNERS));
      for (const { status, ms, answer } of byNewBrowsers) {
        expect(ms).toBeLessThan(factor * ANYBODY_WITHIN_MS);
        if (status === 200) continue;
        expect(problemOf(answer)).toBe('503 service_unavailable');
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect([others.status, others.ms < factor * OWNER_WITHIN_MS]).toEqual([200, true]);

      // Of the flood, what was compared left rows, and the thousands that found no place left none.
      const turnedAway = answers.filter(({ status }) => status === 503).length;
      const compared = answers.filter(({ status }) => status === 401).length;
      expect(turnedAway).toBeGreaterThan(10 * compared);
      const rows = await db().rateLimit.count({ where: { key: { startsWith: 'account:' } } });
      expect(rows).toBeLessThanOrEqual(compared + OWNERS);
      console.log(
        `flood (${hops} hops): ${turnedAway} turned away, ${compared} compared, owners ${inTime.length}/${OWNERS} in ${Math.round(factor * OWNER_WITHIN_MS)} ms`,
      );
    } finally {
      await server.kill();
    }
  }, 120_000);
});
