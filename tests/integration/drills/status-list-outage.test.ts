import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, createPerson, only, signIn } from '@/tests/support/people';
import { startHttpProxy } from '@/tests/support/server/proxies';
import { startServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';

const OUTAGE_SECONDS = 60;
const PAGE_REQUESTS = 12;

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
const proxy = await startHttpProxy(port);
afterAll(() => proxy.close());
const server = await useServer({ databaseUrl, port, env: { INTERNAL_ORIGIN: proxy.origin } });
const member = await createPerson({ hasPassword: true });

// Promise: A status list that is away for a minute logs nobody out
it('a status list that is away for a minute logs nobody out', { timeout: 120_000 }, async () => {
  let cookies: Cookies = await signIn(server, member);
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
      Array.from({ length: PAGE_REQUESTS }, (_, at) =>
        send(server, at % 3 === 0 ? '/dashboard' : '/api/me', { cookies }),
      ),
    );
    for (const answer of answers) {
      statuses.add(answer.status);
      cookies = { ...cookies, ...answer.cookies };
    }
    await sleep(600); // a person reads
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
  expect((await send(server, '/dashboard', { cookies })).status).toBe(200);
});

it('a refresh endpoint that is away keeps the cookies and asks to come back', async () => {
  const cookies = await signIn(server, member);
  proxy.judge((path) => (path === '/api/auth/refresh' ? { status: 503 } : 'pass'));
  const refreshOnly = only(cookies, COOKIE.refresh);
  const answer = await send(server, '/dashboard', { cookies: refreshOnly });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(answer.setCookieLines).toEqual([]);
  expect(answer.headers['cache-control']).toBe('private, no-store');
  proxy.judge(() => 'pass');
  expect((await send(server, '/dashboard', { cookies: refreshOnly })).status).toBe(200);
});

it('keys that the edge cannot have are its own trouble: 503, and the cookies of the refresh that did happen', async () => {
  const port = await findFreePort();
  const inside = await startHttpProxy(port);
  inside.judge((path) => (path.startsWith('/.well-known/') ? { status: 503 } : 'pass'));
  const other = await startServer({
    databaseUrl,
    port,
    env: { INTERNAL_ORIGIN: inside.origin, APP_ORIGIN: server.origin },
  });
  try {
    const cookies = await signIn(server, member);
    const answer = await send(other, '/dashboard', { cookies });
    expect(answer.status).toBe(503);
    const renewed = answer.cookies;
    expect(Object.keys(renewed).sort()).toEqual([COOKIE.access, COOKIE.refresh]);
    expect((await send(server, '/dashboard', { cookies: renewed })).status).toBe(200);
  } finally {
    await other.stop();
    await inside.close();
  }
});
