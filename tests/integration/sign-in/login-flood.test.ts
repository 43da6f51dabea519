import { availableParallelism } from 'node:os';
import { afterAll, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, SITE, send } from '@/tests/support/http/requests';
import { PASSWORD, prepareSession } from '@/tests/support/people';
import { startServer } from '@/tests/support/server/server';

const { url: databaseUrl } = await useDatabase();
const server = await startServer({ databaseUrl, env: { APP_ORIGIN: SITE } });
// The flood goes on after the test: only the end of the server ends it.
afterAll(() => server.kill());

/** More than hash and wait at once, 64 in the queue and one a thread, and what the threads finish meanwhile. */
const LOGINS = 64 + 20 + 4 * availableParallelism();

it('more logins than can wait are told to come back with 503, while everybody else is served', async () => {
  const { accessOnly } = await prepareSession();
  const logIn = (email: string) =>
    send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } });
  const answers: Answer[] = [];
  for (let n = 0; n < LOGINS; n += 1) {
    logIn(`nobody-${n}@people.test`).then(
      (answer) => answers.push(answer),
      () => undefined,
    );
  }
  const turnedAway = () => answers.filter(({ status }) => status === 503);
  await expect.poll(() => turnedAway().length, { timeout: 10_000 }).toBeGreaterThan(0);
  const served = await Promise.all(
    Array.from({ length: 20 }, () => send(server, '/api/auth/session', { cookies: accessOnly })),
  );
  expect(served.map(({ status }) => status)).toEqual(served.map(() => 200));
  for (const answer of turnedAway()) {
    expect(problemOf(answer)).toBe('503 service_unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.setCookieLines).toEqual([]);
  }
});
