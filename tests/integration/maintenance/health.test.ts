import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { startDatabaseProxy, startHttpProxy } from '@/tests/support/server/proxies';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
afterAll(() => database.close());
const port = await findFreePort();
const inside = await startHttpProxy(port);
afterAll(() => inside.close());
const server = await useServer({
  databaseUrl: database.databaseUrl,
  port,
  env: { INTERNAL_ORIGIN: inside.origin, VERCEL_AUTOMATION_BYPASS_SECRET: 'opens-the-preview' },
});
const output = recordOutput(server);

const LIVE = '/api/health/live';
const READY = '/api/health/ready';
const HEALTH = '/api/health';

const ask = (path: string) => send(server, path);
const statusOf = async (path: string) => (await ask(path)).status;
/** Until it says so again: what it found is good for a second. */
const becomes = (path: string, status: number) =>
  expect.poll(() => statusOf(path), { timeout: 20_000, interval: 100 }).toBe(status);
const awayOf = (answer: Answer) => (answer.json() as { away?: unknown }).away;
/** Seconds that it took. */
async function timed<T>(work: Promise<T>): Promise<{ result: T; seconds: number }> {
  const from = performance.now();
  const result = await work;
  return { result, seconds: (performance.now() - from) / 1_000 };
}
const events = () =>
  output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { event: string; part?: string });
const eventsOf = (part: string) => events().flatMap((line) => (line.part === part ? [line.event] : []));

describe('a server that is well', () => {
  it('says so, and nobody may keep the answer', async () => {
    for (const path of [LIVE, READY, HEALTH]) {
      const answer = await ask(path);
      expect(answer.status, path).toBe(200);
      expect(answer.json()).toMatchObject({ status: 'ok' });
      expect(answer.headers['cache-control']).toContain('no-store');
    }
    for (const path of [READY, HEALTH]) {
      const { clockSkewSeconds } = (await ask(path)).json() as { clockSkewSeconds: number };
      expect(Math.abs(clockSkewSeconds)).toBeLessThan(5);
    }
  });

  it('asks database and edge once a second at most, whatever the traffic', async () => {
    inside.judge(() => 'pass');
    const seenBefore = inside.seen.length;
    const { result, statements } = await countStatements(url, () =>
      timed(
        Promise.all([atOnce(60, () => statusOf(READY)), atOnce(60, () => statusOf(HEALTH))]).then((all) => all.flat()),
      ),
    );
    expect(new Set(result.result)).toEqual(new Set([200]));
    const mayAsk = 1 + Math.ceil(result.seconds);
    const asked = statements
      .filter(({ sql }) => sql.includes('clock_timestamp()'))
      .reduce((sum, s) => sum + s.calls, 0);
    expect(asked).toBeLessThanOrEqual(mayAsk);
    const probes = inside.seen.slice(seenBefore).filter((line) => line === 'GET /dashboard');
    expect(probes.length).toBeLessThanOrEqual(mayAsk);
  });
});

// Promise: A server that cannot reach its database or itself is not ready
describe('while the database is away', () => {
  it('the server is alive and not ready, says what is away, and is well again afterwards', async () => {
    await becomes(READY, 200);
    database.cut();
    try {
      await becomes(READY, 503);
      const answer = await ask(READY);
      expect(problemOf(answer)).toBe('503 service_unavailable');
      expect(awayOf(answer)).toEqual(['database']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      await becomes(HEALTH, 503);
      expect(problemOf(await ask(HEALTH))).toBe('503 service_unavailable');
      expect(await statusOf(LIVE)).toBe(200);
    } finally {
      database.restore();
    }
    await becomes(READY, 200);
    await becomes(HEALTH, 200);
  });

  it('a network that swallows packets is waited for three seconds, by all who ask together', async () => {
    await becomes(READY, 200);
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // what was found is good for a second
    database.freeze();
    try {
      const { result, seconds } = await timed(
        Promise.all([statusOf(READY), statusOf(HEALTH), statusOf(READY), timed(statusOf(LIVE))]),
      );
      const [ready, health, again, live] = result;
      expect([ready, health, again, live.result]).toEqual([503, 503, 503, 200]);
      expect(live.seconds).toBeLessThan(2);
      expect(seconds).toBeLessThan(6);
    } finally {
      database.restore();
    }
    await becomes(READY, 200);
  });
});

describe('when the way through the edge is shut', () => {
  it.each([
    ['refuses', 'cut'],
    ['is silent', 'hang'],
    ['asks for a password', { status: 401 }],
    ['redirects elsewhere', { status: 302 }],
  ] as const)('by a front that %s, the server is not ready, and its database is well', async (_what, verdict) => {
    await becomes(READY, 200);
    inside.judge((path) => (path === '/dashboard' ? verdict : 'pass'));
    try {
      await becomes(READY, 503);
      const { result, seconds } = await timed(ask(READY));
      expect(problemOf(result)).toBe('503 service_unavailable');
      expect(awayOf(result)).toEqual(['edge']);
      expect(seconds).toBeLessThan(6);
      expect([await statusOf(HEALTH), await statusOf(LIVE)]).toEqual([200, 200]);
    } finally {
      inside.judge(() => 'pass');
    }
    await becomes(READY, 200);
  });
});

it('the log heard when a part went away and when it came back, in turns, and nothing of each request', () => {
  for (const [part, outages] of [
    ['database', 2],
    ['edge', 4],
  ] as const) {
    const heard = eventsOf(part);
    expect(heard).toEqual(heard.map((_event, at) => (at % 2 === 0 ? 'health.away' : 'health.back')));
    // A pool may meet a dead connection once more after it met a good one.
    expect(heard.length).toBeGreaterThanOrEqual(2 * outages);
    expect(heard.length).toBeLessThanOrEqual(2 * outages + 6);
    expect(heard.at(-1)).toBe('health.back');
  }
  expect(events().filter(({ event }) => event === 'request.failed')).toEqual([]);
});

it('the request through the edge brings a made-up access cookie, what opens a protected deployment, and nothing else', async () => {
  const asked: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const front = createServer(({ url: path, headers }, response) => {
    asked.push({ url: path, headers });
    response.writeHead(303, { location: '/login?next=%2Fdashboard' }).end();
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  try {
    process.env['INTERNAL_ORIGIN'] = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    process.env['VERCEL_AUTOMATION_BYPASS_SECRET'] = 'opens-the-preview';
    const { checkEdge } = await import('@/lib/server/maintenance/health');
    expect(await checkEdge()).not.toBeNull();
    expect(asked.map((one) => one.url)).toEqual(['/dashboard']);
    expect(asked[0]?.headers).toMatchObject({
      cookie: 'handstamp-access=made.up.token',
      'x-vercel-protection-bypass': 'opens-the-preview',
    });
  } finally {
    front.close();
    delete process.env['VERCEL_AUTOMATION_BYPASS_SECRET'];
  }
});
