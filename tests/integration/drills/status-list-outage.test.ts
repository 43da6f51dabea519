import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { seedAccounts } from '@/tests/support/accounts';
import { createDatabase, dropDatabase } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { cookiesOf, send, signIn, sleepSeconds } from '@/tests/support/http-client';
import { testEnvironment } from '@/tests/support/server/environment';
import { type HttpProxy, startHttpProxy } from '@/tests/support/server/proxies';
import { findFreePort, startServer, type TestServer } from '@/tests/support/server/server';

const OUTAGE_SECONDS = 60;
const PAGE_REQUESTS = 12;

let databaseUrl: string;
let proxy: HttpProxy;
let server: TestServer;

beforeAll(async () => {
  databaseUrl = await createDatabase(inject('adminUrl'));
  const port = await findFreePort();
  proxy = await startHttpProxy(port);
  server = await startServer({ databaseUrl, port, env: { INTERNAL_ORIGIN: proxy.origin } });
  await seedAccounts({ ...testEnvironment(databaseUrl, port), HANDSTAMP_DATA: server.dataFolder });
});

afterAll(async () => {
  await server?.stop();
  await proxy?.close();
  await dropDatabase(inject('adminUrl'), databaseUrl);
});

it('a status list that is away for a minute logs nobody out', { timeout: 120_000 }, async () => {
  let jar: Record<string, string> = await signIn(server);
  // Both ways of being away, in turns: an answer that is none, and none at all.
  let asked = 0;
  proxy.judge((path) => {
    if (!path.startsWith('/status-lists/')) return 'pass';
    asked += 1;
    return asked % 2 ? { status: 503 } : 'hang';
  });
  const until = performance.now() + OUTAGE_SECONDS * 1_000;
  const statuses = new Set<number>();
  while (performance.now() < until) {
    // A page and what it loads: all with the cookies that the browser had when it began.
    const answers = await Promise.all(
      Array.from({ length: PAGE_REQUESTS }, (_, at) => send(server, at % 3 === 0 ? '/dashboard' : '/api/me', { jar })),
    );
    for (const answer of answers) {
      statuses.add(answer.status);
      jar = { ...jar, ...cookiesOf(answer) };
    }
    await sleepSeconds(0.6); // a person reads
  }
  expect([...statuses]).toEqual([200]);
  expect(asked).toBeGreaterThan(10);
  const [row] = await sql<{ live: string; alarms: string }>(
    databaseUrl,
    `SELECT (SELECT count(*) FROM "Session" WHERE "endedAt" IS NULL) AS live,
            (SELECT count(*) FROM "AuditEvent" WHERE type = 'refresh_reuse') AS alarms`,
  );
  expect(row).toEqual({ live: '1', alarms: '0' });

  proxy.judge(() => 'pass');
  expect((await send(server, '/dashboard', { jar })).status).toBe(200);
});

it('a refresh endpoint that is away keeps the cookies and asks to come back', async () => {
  const jar = await signIn(server);
  proxy.judge((path) => (path === '/api/auth/refresh' ? { status: 503 } : 'pass'));
  const refreshOnly = { 'handstamp-refresh': jar['handstamp-refresh'] ?? '' };
  for (const path of ['/dashboard', '/api/me']) {
    const answer = await send(server, path, { jar: refreshOnly });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  }
  proxy.judge(() => 'pass');
  expect((await send(server, '/dashboard', { jar: refreshOnly })).status).toBe(200);
});

it('keys that the edge cannot have are its own trouble: 503, and the cookies of the refresh that did happen', async () => {
  const port = await findFreePort();
  const inside = await startHttpProxy(port);
  inside.judge((path) => (path.startsWith('/.well-known/') ? { status: 503 } : 'pass'));
  const origin = server.origin;
  const other = await startServer({ databaseUrl, port, env: { INTERNAL_ORIGIN: inside.origin, APP_ORIGIN: origin } });
  try {
    const jar = await signIn(server);
    const answer = await send({ port, origin }, '/dashboard', { jar });
    expect(answer.status).toBe(503);
    const renewed = cookiesOf(answer);
    expect(Object.keys(renewed).sort()).toEqual(['handstamp-access', 'handstamp-refresh']);
    expect((await send(server, '/dashboard', { jar: renewed })).status).toBe(200);
  } finally {
    await other.stop();
    await inside.close();
  }
});
