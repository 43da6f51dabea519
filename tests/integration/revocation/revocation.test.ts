import { describe, expect, it } from 'vitest';
import { ACCESS, only, post, send, signIn, sleepSeconds } from '@/tests/support/http-client';
import { useApp } from '@/tests/support/running-app';
import type { TestServer } from '@/tests/support/server/server';

/** What design and README promise: refused everywhere within so long. */
const BUDGET_MS = 5_000;
/** A token this old is no longer vouched for by its own age. */
const VOUCHED_SECONDS = 3;

const app = useApp({}, 2);

type Place = (server: TestServer, jar: Readonly<Record<string, string>>) => Promise<boolean>;

const accepts: Readonly<Record<string, Place>> = {
  'a page': async (server, jar) => (await send(server, '/dashboard', { jar })).status === 200,
  'an API behind the middleware': async (server, jar) => (await send(server, '/api/me', { jar })).status === 200,
  'an API without the middleware': async (server, jar) =>
    (await send(server, '/api/auth/session', { jar })).status === 200,
  'a Bearer call': async (server, jar) =>
    (await send(server, '/api/me', { headers: { authorization: `Bearer ${jar[ACCESS]}` } })).status === 200,
};

describe('a copied access token after sign-out', () => {
  it('is refused within five seconds by pages, APIs and Bearer calls of every process, and stays so', async () => {
    const jar = await signIn(app.server);
    const copied = only(jar, ACCESS);
    await sleepSeconds(VOUCHED_SECONDS + 0.1); // past the age at which the token vouches for itself
    const asked = app.servers.flatMap((server) =>
      Object.entries(accepts).map(([place, isAccepted]) => ({ place, ask: () => isAccepted(server, copied) })),
    );
    for (const { place, ask } of asked) expect(await ask(), place).toBe(true);

    expect((await post(app.server, '/api/auth/logout', { jar })).status).toBe(204);
    const endedAt = performance.now();
    await Promise.all(
      asked.map(async ({ place, ask }) => {
        await expect.poll(ask, { timeout: BUDGET_MS, interval: 100, message: place }).toBe(false);
        expect(performance.now() - endedAt, place).toBeLessThan(BUDGET_MS);
      }),
    );
    for (const { place, ask } of asked) expect(await ask(), place).toBe(false);
  });

  it('is refused at once by the data access layer of the process that ended it', async () => {
    const jar = await signIn(app.server);
    await send(app.server, '/api/auth/session', { jar });
    await post(app.server, '/api/auth/logout', { jar });
    expect((await send(app.server, '/api/auth/session', { jar: only(jar, ACCESS) })).status).toBe(401);
    expect((await send(app.server, '/dashboard', { jar: only(jar, ACCESS) })).status).not.toBe(200);
  });

  it('is refused by a process that was idle for 25 seconds meanwhile', { timeout: 60_000 }, async () => {
    const [first, idle] = app.servers;
    if (first === undefined || idle === undefined) throw new Error('two servers');
    const jar = await signIn(first);
    const copied = only(jar, ACCESS);
    await sleepSeconds(VOUCHED_SECONDS + 0.1); // past the age at which the token vouches for itself
    for (const isAccepted of Object.values(accepts)) expect(await isAccepted(idle, copied)).toBe(true);
    await sleepSeconds(1);
    await post(first, '/api/auth/logout', { jar });
    await sleepSeconds(24); // idle means that nobody asks
    const answers = await Promise.all(Object.values(accepts).map((isAccepted) => isAccepted(idle, copied)));
    expect(answers).toEqual(answers.map(() => false));
  });

  it('is refused when another device ended the session', async () => {
    const mine = await signIn(app.server);
    const other = await signIn(app.server, undefined, {});
    expect((await send(app.server, '/api/auth/sessions', { method: 'DELETE', jar: mine })).status).toBe(204);
    expect((await send(app.server, '/api/auth/session', { jar: other })).status).toBe(401);
    expect((await post(app.server, '/api/auth/refresh', { jar: other })).status).toBe(401);
    expect((await send(app.server, '/api/auth/session', { jar: mine })).status).toBe(200);
  });
});
