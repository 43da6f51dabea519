import { afterAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { COOKIE, prepareSession, sessionRow } from '@/tests/support/people';
import { startHttpProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const BYPASS = 'what-opens-the-preview';

const { url: databaseUrl } = await useDatabase();
const [port, lockedOutPort] = [await findFreePort(), await findFreePort()];

/** What a deployment behind Vercel's protection is to its own server: 401 for whoever does not bring the header. */
async function protectedFront(targetPort: number) {
  const front = await startHttpProxy(targetPort);
  afterAll(() => front.close());
  front.judge((_path, headers) => (headers['x-vercel-protection-bypass'] === BYPASS ? 'pass' : { status: 401 }));
  return front;
}

const front = await protectedFront(port);
const env = { INTERNAL_ORIGIN: front.origin, VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS };
const server = await useServer({ databaseUrl, port, env });
const lockedOut = await useServer({
  databaseUrl,
  port: lockedOutPort,
  env: { INTERNAL_ORIGIN: (await protectedFront(lockedOutPort)).origin },
});

// Promise: What opens a protected deployment goes with each call
describe('a server whose own address is protected', () => {
  it('shows a member page to somebody with both cookies', async () => {
    const { cookies } = await prepareSession();
    const answer = await send(server, '/dashboard', { cookies });
    expect(answer.status, answer.text.slice(0, 200)).toBe(200);
    expect(answer.setCookieLines).toEqual([]);
  });

  it('and with the refresh cookie alone, renewed', async () => {
    const { id, refreshOnly } = await prepareSession();
    const answer = await send(server, '/dashboard', { cookies: refreshOnly });
    expect(answer.status, answer.text.slice(0, 200)).toBe(200);
    expect(Object.keys(answer.cookies)).toContain(COOKIE.access);
    expect((await sessionRow(id)).counter).toBe(1n);
  });

  it('opens it for the key set, the status lists and the refresh', async () => {
    const { accessOnly } = await prepareSession();
    // A token that was just issued needs no list yet.
    const answers = async () => ({
      status: (await send(server, '/dashboard', { cookies: accessOnly })).status,
      asked: [...new Set(front.seen.map((line) => line.replace(/\d+$/, 'N')))].sort(),
    });
    const asked = ['GET /.well-known/jwks.json', 'GET /status-lists/N', 'POST /api/auth/refresh'];
    await expect.poll(answers, { timeout: 10_000, interval: 100 }).toEqual({ status: 200, asked });
    expect((await answers()).status).toBe(200);
  });

  it('says that it cannot answer, and signs nobody out, where the secret is not set', async () => {
    const { id, cookies, refreshOnly } = await prepareSession();
    for (const brought of [cookies, refreshOnly]) {
      const answer = await send(lockedOut, '/dashboard', { cookies: brought });
      expect(answer.status).toBe(503);
      expect(answer.setCookieLines).toEqual([]);
    }
    expect(await sessionRow(id)).toMatchObject({ counter: 0n, endedAt: null });
    // An API renews in its own process, and asks no server for it.
    expect((await send(lockedOut, '/api/me', { cookies: refreshOnly })).status).toBe(200);
  });
});
