import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { send } from '@/tests/support/http/requests';
import { type ImageStore, makeBaseImage, makeStore, startReadOnly } from '@/tests/support/image/built-image';
import { createPerson, PASSWORD } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';

const { url: databaseUrl } = await useDatabase('empty');
const port = await findFreePort();
const settings = testEnvironment(databaseUrl, port);
const ACTION_KEY = 'dGVzdHMtb25seTogYSBrZXkgb2YgMzIgYnl0ZXMhISE=';

type Config = { User: string; Cmd: string[]; Env: string[]; StopSignal: string; Healthcheck?: { Test: string[] } };

/** Packages from a registry and a build from nothing: two minutes, and on a busy machine many more. */
const BUILD_MS = 1_800_000;

let store: ImageStore;
let config: Config;
let history: string;
let rootfs: string;
const living: ChildProcess[] = [];

beforeAll(async () => {
  store = await makeStore();
  const base = await makeBaseImage(store);
  const before = path.join(store.folder, 'before');
  await mkdir(path.join(before, 'app/.next/static/chunks'), { recursive: true });
  await writeFile(path.join(before, 'app/.next/static/chunks/before.js'), '"before"');
  await writeFile(path.join(before, 'app/.next/static-files.json'), '["chunks/before.js"]');
  await writeFile(path.join(before, 'Containerfile'), 'FROM scratch\nCOPY app /app\n');
  await store.buildah('bud', '--tag', 'localhost/before', before);
  const secret = path.join(store.folder, 'actions');
  await writeFile(secret, ACTION_KEY);
  const previous = 'previous=docker-image://localhost/before';
  const options = ['--isolation', 'chroot', '--format', 'docker', '--build-arg', `BASE=${base}`];
  const given = ['--secret', `id=actions,src=${secret}`, '--build-context', previous];
  await store.buildah('bud', ...options, ...given, '--tag', 'localhost/handstamp', '.');
  const inspected = await store.buildah('inspect', '--type', 'image', 'localhost/handstamp');
  const { Docker, History } = JSON.parse(inspected);
  config = Docker.config;
  history = JSON.stringify(History);
  rootfs = await store.mount('localhost/handstamp');
}, BUILD_MS);
afterAll(async () => {
  for (const child of living) child.kill('SIGKILL');
  await store?.remove();
});

const imageEnvironment = () =>
  Object.fromEntries(config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

/** As an engine would start it; but that nothing of a test listens beyond this machine. */
function start(...command: string[]): ChildProcess {
  const env = { ...imageEnvironment(), ...settings, HOSTNAME: '127.0.0.1' };
  const child = startReadOnly(rootfs, config.User, command, env);
  living.push(child);
  return child;
}

async function run(...command: string[]): Promise<{ code: number | null; output: string }> {
  const child = start(...command);
  const [output, errors, [code]] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code as number | null, output: output + errors };
}

describe('the image that the Dockerfile makes', () => {
  it('says who runs what, how to stop it, and how to ask whether it lives', () => {
    expect(config.User).toBe('10001:10001');
    expect(config.Cmd).toEqual(['node', 'server.js']);
    expect(config.StopSignal).toBe('SIGTERM');
    expect(config.Healthcheck?.Test.slice(0, 2)).toEqual(['CMD', 'node']);
    expect(imageEnvironment()).toMatchObject({ HOSTNAME: '0.0.0.0', NODE_ENV: 'production' });
  });

  it('was built with the key of actions, which no layer and no setting tells', async () => {
    expect(await readFile(path.join(rootfs, 'app/.next/server/server-reference-manifest.json'), 'utf8')).toContain(
      ACTION_KEY,
    );
    expect(history + JSON.stringify(config)).not.toContain(ACTION_KEY);
  });

  it('takes along what browsers fetch of the image before', async () => {
    expect(await readFile(path.join(rootfs, 'app/.next/static/chunks/before.js'), 'utf8')).toBe('"before"');
  });

  it('lets its user write nowhere in it', async () => {
    const { code, output } = await run('sh', '-c', 'echo x > /app/x');
    expect([code === 0, output]).toEqual([false, expect.stringMatching(/Read-only|read-only/)]);
  });

  it('brings a database up to date, and serves, from a root file system that is read-only', async () => {
    expect(await run('node', 'ops/migrate.mjs')).toMatchObject({ code: 0, output: expect.stringContaining('Applied') });
    expect(await run('node', 'ops/keys.mjs', 'status')).toMatchObject({ code: 0 });
    const { email } = await createPerson({ hasPassword: true });
    const server = start('node', 'server.js');
    const [, , script = ''] = config.Healthcheck?.Test.slice(1) ?? [];
    const health = () => run('node', '-e', script).then(({ code }) => code);
    await expect.poll(health, { timeout: 60_000, interval: 200 }).toBe(0);
    const target = { port, origin: settings['APP_ORIGIN'] ?? '' };
    const json = { email, password: PASSWORD };
    const { status, cookies } = await send(target, '/api/auth/login', { method: 'POST', json });
    expect(status).toBe(200);
    expect((await send(target, '/dashboard', { cookies })).text).toContain(email);
    server.kill('SIGTERM');
    expect(await once(server, 'close')).toEqual([0, null]);
    expect(await health()).toBe(1);
  });
});
