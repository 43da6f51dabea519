import { afterEach, describe, expect, it, vi } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { beginSignIn } from '@/tests/support/http/slow-sign-in';
import { ageNextKey } from '@/tests/support/keys';
import { testEnvironment } from '@/tests/support/server/environment';
import { type NpmScript, startNpm } from '@/tests/support/server/npm';

const { url: databaseUrl } = await useDatabase();
// A busy machine may take long to start or to end something; nothing here waits for these to be over.
vi.setConfig({ testTimeout: 180_000 });
const READY = { timeout: 90_000, interval: 50 };
const GONE = { timeout: 30_000, interval: 50 };

type Started = NpmScript & { readonly port: number };

let started: Started | undefined;
afterEach(() => started?.killAll());

async function npm(...args: string[]): Promise<Started> {
  const port = await findFreePort();
  const env = { ...testEnvironment(databaseUrl, port), NEXT_DEPLOYMENT_ID: 'of-the-shell' };
  started = { ...startNpm(args, env), port };
  return started;
}

const health = async ({ port }: Started): Promise<Response | null> =>
  fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null);

async function startServer(): Promise<Started> {
  const server = await npm('start');
  await expect.poll(async () => (await health(server))?.status, { ...READY, message: server.output() }).toBe(200);
  return server;
}

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'answers what is in flight when npm gets %s, and leaves nobody',
    async (signal) => {
      const server = await startServer();
      const slow = await beginSignIn(server);
      // The server has seen it, because it answers what came after it.
      expect((await health(server))?.status).toBe(200);
      process.kill(server.pid, signal);
      if (signal === 'SIGKILL') expect(await server.ended()).toBe('SIGKILL');
      // It is ending, for it keeps no connection any more; and it is open, because a page in flight may ask its own server.
      await expect.poll(async () => (await health(server))?.headers.get('connection'), GONE).toBe('close');
      expect(server.isAnyoneLeft()).toBe(true);
      slow.finish();
      expect(await slow.answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"invalid_credentials"/);
      if (signal === 'SIGTERM') expect(await server.ended()).toBe(0);
      await expect.poll(() => server.isAnyoneLeft(), GONE).toBe(false);
      expect(await health(server)).toBeNull();
    },
  );

  it('ends at once on Ctrl-C when nothing is in flight', async () => {
    const server = await startServer();
    // The release has the name that it was built with, which is none here.
    expect(await (await fetch(`http://127.0.0.1:${server.port}/login`)).text()).not.toContain('of-the-shell');
    // A terminal tells everybody.
    process.kill(-server.pid, 'SIGINT');
    expect(await server.ended()).toBe(0);
    await expect.poll(() => server.isAnyoneLeft(), GONE).toBe(false);
  });

  it('ends after six seconds though a request never does, and says so', async () => {
    const server = await startServer();
    const slow = await beginSignIn(server);
    expect((await health(server))?.status).toBe(200);
    const startedAtMs = performance.now();
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended()).toBe(1);
    expect(performance.now() - startedAtMs).toBeLessThan(16_000);
    expect(await slow.answer).toBe('');
    expect(server.output()).toContain('Not everything was finished within 6 seconds');
    expect(server.isAnyoneLeft()).toBe(false);
  });
});

describe('a command that waits', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('ends with npm when that gets %s', async (signal) => {
    // It waits for two minutes, unless the next key is older than that already.
    await ageNextKey(0);
    const command = await npm('run', 'keys', '--', 'rotate', '--wait');
    await expect.poll(() => command.output(), READY).toContain('may sign in');
    process.kill(command.pid, signal);
    await expect.poll(() => command.isAnyoneLeft(), GONE).toBe(false);
  });
});
