import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { type Answer, send } from '@/tests/support/http/requests';
import { prepareSession, sessionRow } from '@/tests/support/people';
import { type HttpProxy, type Listener, startHttpProxy, startListener } from '@/tests/support/server/proxies';
import type { TestServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
const internal: HttpProxy = await startHttpProxy(port);
afterAll(() => internal.close());
const named = await useServer({ databaseUrl, port, env: { INTERNAL_ORIGIN: internal.origin } });
/** Without the setting: the server finds itself by its own port. */
const unnamed = await useServer({ databaseUrl, env: { INTERNAL_ORIGIN: '' } });

let attacker: Listener;
beforeAll(async () => {
  attacker = await startListener();
});
afterAll(() => attacker.close());

/** What a client may claim; the test listens on the address `evil`. */
const SPOOFS: readonly (readonly [string, (evil: string) => Record<string, string>])[] = [
  ['Host', (evil) => ({ host: evil })],
  ['X-Forwarded-Host', (evil) => ({ 'x-forwarded-host': evil })],
  ['X-Forwarded-Proto: https', () => ({ 'x-forwarded-proto': 'https' })],
  ['X-Forwarded-Port', (evil) => ({ 'x-forwarded-port': evil.split(':')[1] ?? '' })],
  ['Forwarded', (evil) => ({ forwarded: `host=${evil};proto=https;for=${evil}` })],
  [
    'X-Original-URL and X-Rewrite-URL',
    (evil) => ({ 'x-original-url': `http://${evil}/`, 'x-rewrite-url': `//${evil}` }),
  ],
  ['X-Middleware-Subrequest', () => ({ 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware' })],
  [
    'all of them',
    (evil) => ({ host: evil, 'x-forwarded-host': evil, 'x-forwarded-proto': 'https', forwarded: `host=${evil}` }),
  ],
];

describe.each([
  ['INTERNAL_ORIGIN', () => named],
  ['no INTERNAL_ORIGIN', () => unnamed],
] as const)('with %s set', (_setting, serverOf: () => TestServer) => {
  it.each(SPOOFS)(
    'a client that spoofs %s is refreshed all the same, and nobody else hears of it',
    async (_what, spoof) => {
      const evil = `127.0.0.1:${attacker.port}`;
      const { id, refreshOnly } = await prepareSession();
      const answer: Answer = await send(serverOf(), '/dashboard', { cookies: refreshOnly, headers: spoof(evil) });
      expect(answer.status).toBe(200);
      expect((await sessionRow(id)).counter).toBe(1n);
      const api = await send(serverOf(), '/api/me', { cookies: refreshOnly, headers: spoof(evil) });
      expect(api.status).toBe(200);
      expect(attacker.connections()).toBe(0);
    },
  );

  it('a redirect to the sign-in page leads to APP_ORIGIN, whatever the client claims to have asked', async () => {
    for (const [, spoof] of SPOOFS) {
      const answer = await send(serverOf(), '/dashboard', { headers: spoof(`127.0.0.1:${attacker.port}`) });
      expect([answer.status, answer.headers.location]).toEqual([
        303,
        expect.stringMatching(/^(?:http:\/\/localhost:3000)?\/login\?next=%2Fdashboard$/),
      ]);
    }
    expect(attacker.connections()).toBe(0);
  });
});

// Promise: The address that the middleware calls is never taken from a request
describe('the call of the middleware', () => {
  it('goes to INTERNAL_ORIGIN, for three public facts and nothing else', async () => {
    const { refreshOnly, accessOnly } = await prepareSession();
    await send(named, '/dashboard', { cookies: refreshOnly });
    await send(named, '/dashboard', { cookies: accessOnly });
    const asked = new Set(internal.seen);
    expect(asked).toContain('POST /api/auth/refresh');
    for (const line of asked) {
      expect(line).toMatch(/^(?:POST \/api\/auth\/refresh|GET \/\.well-known\/jwks\.json|GET \/status-lists\/\d+)$/);
    }
  });

  it('passes the visitor’s device on, so that the session list shows it and not this server', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const { id, refreshOnly } = await prepareSession();
    await send(named, '/dashboard', { cookies: refreshOnly, headers: { 'user-agent': firefox } });
    expect(await sessionRow(id)).toMatchObject({ device: 'Firefox on Linux', userAgent: firefox, ip: null });
  });
});
