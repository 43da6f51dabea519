import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { cookieHeader, SITE, send } from '@/tests/support/http/requests';
import { beginSignIn } from '@/tests/support/http/slow-sign-in';
import { COOKIE, createPerson, prepareSession, signIn } from '@/tests/support/people';
import { startHttpProxy } from '@/tests/support/server/proxies';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
const inside = await startHttpProxy(port);
afterAll(() => inside.close());
const server = await useServer({
  databaseUrl,
  port,
  env: { INTERNAL_ORIGIN: inside.origin, DRAIN_SECONDS: undefined },
});

const LIVE = '/api/health/live';
const READY = '/api/health/ready';
const REFRESH = '/api/auth/refresh';

describe('a call of a server to itself', () => {
  const refreshes = () => inside.seen.filter((line) => line === `POST ${REFRESH}`).length;

  it('is made once more after a connection error, and not after a time-out', async () => {
    const session = await prepareSession();
    const open = () => send(server, '/dashboard', { cookies: session.refreshOnly });
    expect([(await open()).status, refreshes()]).toEqual([200, 1]);
    let cuts = 0;
    inside.judge((path) => (path === REFRESH && cuts++ === 0 ? 'cut' : 'pass'));
    const renewed = await open();
    expect([renewed.status, renewed.setCookieLines.length, refreshes()]).toEqual([200, 2, 3]);
    inside.judge((path) => (path === REFRESH ? 'hang' : 'pass'));
    expect([(await open()).status, refreshes()]).toEqual([503, 4]);
    inside.judge(() => 'pass');
  });
});

// The last one: it ends the server.
describe('a server that is told to end by SIGTERM', () => {
  it('answers all that is in flight or comes, is ready for nothing new, renews sessions, and ends with 0', async () => {
    const person = await createPerson({ hasPassword: true });
    const session = await prepareSession();
    const slow = await beginSignIn({ ...server, origin: SITE });
    const busy = keepBusy(session.cookies);
    await expect.poll(() => busy.outcomes.get('200') ?? 0, { timeout: 20_000 }).toBeGreaterThan(10);
    const exited = once(server.process, 'exit');
    const toldAtMs = performance.now();
    server.process.kill('SIGTERM');

    await expect.poll(async () => (await send(server, LIVE)).headers.connection, { timeout: 2_000 }).toBe('close');
    const unready = await send(server, READY);
    expect(problemOf(unready)).toBe('503 service_unavailable');
    expect(unready.json()).toMatchObject({ away: ['server'] });
    expect(Number(unready.headers['retry-after'])).toBeGreaterThan(0);

    // The edge asks the same server for new tokens, over a connection of its own.
    const page = await send(server, '/dashboard', { cookies: session.refreshOnly });
    expect([page.status, page.headers.connection]).toEqual([200, 'close']);
    expect(page.setCookieLines).toHaveLength(2);
    expect(await signIn(server, person)).toHaveProperty(COOKIE.refresh);

    await new Promise((resolve) => setTimeout(resolve, 3_200 - (performance.now() - toldAtMs)));
    // The drain is over, and the port is still open: something is in flight.
    expect((await send(server, '/dashboard', { cookies: session.refreshOnly })).status).toBe(200);
    slow.finish();
    expect(await slow.answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"invalid_credentials"/);
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - toldAtMs).toBeGreaterThan(3_000);
    expect(performance.now() - toldAtMs).toBeLessThan(10_000);
    await busy.ended;
    // Until the port is closed everybody is answered, over connections that are kept and over new ones.
    expect(Object.fromEntries(busy.outcomes)).toEqual({ 200: expect.any(Number), ECONNREFUSED: 4 });
  });
});

/** Clients who come again and again, until the port is closed to them: how often each thing came of a request. */
function keepBusy(cookies: Readonly<Record<string, string>>) {
  const outcomes = new Map<string, number>();
  const headers = { host: new URL(SITE).host, cookie: cookieHeader(cookies) };
  const ask = (agent: Agent) =>
    new Promise<string>((resolve) => {
      const call = request({ host: '127.0.0.1', port, path: '/api/auth/session', headers, agent }, (answer) => {
        answer.resume().on('end', () => resolve(String(answer.statusCode)));
      });
      call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end();
    });
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let outcome = ''; outcome !== 'ECONNREFUSED'; ) {
      outcome = await ask(agent);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 200 * Math.random()));
    }
  };
  return { outcomes, ended: Promise.all(Array.from({ length: 4 }, client)) };
}
