import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import demoAccounts from '@/lib/server/config/demo-accounts.json' with { type: 'json' };
import { findFreePort } from '@/scripts/free-port.mjs';
import { isBuilt, isInstalled } from '@/scripts/preparation.mjs';
import { type Browser, openBrowser } from '@/tests/support/http/cookie-jar';
import { mailedCode, mailsTo } from '@/tests/support/http/mailbox';
import { send, type Target, targetAt } from '@/tests/support/http/requests';
import { type NpmScript, startNpm } from '@/tests/support/server/npm';

// A busy machine may take long to start or to end something; nothing here waits for these to be over.
vi.setConfig({ testTimeout: 180_000 });
const READY = { timeout: 90_000, interval: 50 };
const GONE = { timeout: 30_000, interval: 50 };

const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-quickstart-'));
const port = await findFreePort();
const started: NpmScript[] = [];
afterEach(() => {
  for (const script of started) script.killAll();
});
afterAll(() => rm(folder, { recursive: true }));

beforeAll(async () => {
  // It would install and build, under the feet of every other test.
  expect(await isInstalled(), 'packages are missing or old: run npm install').toBe(true);
  expect(await isBuilt(), 'there is no build of these sources: run npm test -- build').toBe(true);
});

type App = NpmScript & Target;

async function run(port: number, env: Readonly<Record<string, string>> = {}): Promise<App> {
  const process = startNpm(['run', 'quickstart'], { PORT: String(port), HANDSTAMP_DATA: folder, ...env });
  started.push(process);
  return { ...process, ...targetAt(`http://localhost:${port}`) };
}

/** Starts it and waits until it says where it runs. */
async function start(env: Readonly<Record<string, string>> = {}): Promise<App> {
  const app = await run(port, env);
  const state = () => (app.isAnyoneLeft() ? app.output() : `It ended.\nHandstamp runs at nowhere\n${app.output()}`);
  await expect.poll(state, READY).toMatch(/Handstamp runs at/);
  expect(app.output()).toContain(`Handstamp runs at ${app.origin}\n`);
  return app;
}

async function end(app: App, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  process.kill(app.pid, signal);
  await expect.poll(() => app.isAnyoneLeft(), GONE).toBe(false);
}

const statusOf = async (browser: Browser, page = '/dashboard') => (await browser.request(page)).status;

it('npm run quickstart serves the demo accounts, signs people in and up, and has all of it after a crash', async () => {
  const { member } = demoAccounts;
  const newcomer = { email: 'nora.newcomer@people.test', password: 'grey-heron-counts-the-lanterns', name: 'Nora' };
  const first = await start();
  expect(first.output()).not.toMatch(/Installing|Building/);
  for (const text of Object.values(demoAccounts).flatMap(({ email, password }) => [email, password])) {
    expect(first.output()).toContain(text);
    expect((await send(first, '/login')).text).toContain(text);
  }

  const owner = openBrowser(first);
  const login = { method: 'POST', json: { email: member.email, password: member.password } };
  expect((await owner.request('/api/auth/login', login)).status).toBe(200);
  expect(await statusOf(owner)).toBe(200);

  const browser = openBrowser(first);
  expect((await browser.request('/api/auth/register', { method: 'POST', json: newcomer })).status).toBe(202);
  expect(first.output()).toContain(`${first.origin}/dev/mail\n`);
  const code = await mailedCode(first, newcomer.email);
  expect((await browser.request('/api/auth/verify-email', { method: 'POST', json: { code } })).status).toBe(200);

  // Its data are nobody else's: no other account may enter, and no other process may open them.
  expect((await stat(folder)).mode & 0o077).toBe(0);
  const second = await run(await findFreePort());
  expect(await second.ended()).toBe(1);
  expect(second.output()).toContain(`Another Handstamp already runs on the database in ${folder}: stop it first.`);
  expect(await statusOf(owner)).toBe(200);

  // npm dies, and nobody lives on: neither the server nor the database.
  await end(first, 'SIGKILL');
  expect(await readdir(path.join(folder, 'socket'))).toEqual([]);

  const again = await start();
  const [held, signedUp] = [owner, browser].map(({ jar }) => openBrowser(again, Object.fromEntries(jar)));
  for (const jar of [held, signedUp]) expect(jar && (await statusOf(jar))).toBe(200);
  const back = openBrowser(again);
  expect((await back.request('/api/auth/login', { method: 'POST', json: newcomer })).status).toBe(200);
  expect(await mailsTo(again, newcomer.email)).toHaveLength(1);
  await end(again, 'SIGTERM');
  expect(await again.ended()).toBe(0);
});

it('npm run quickstart names no mailbox where a mail server gets the mail', async () => {
  const app = await start({ SMTP_URL: 'smtp://127.0.0.1:1' });
  expect((await send(app, '/dev/mail')).status).toBe(404);
  expect(app.output()).not.toContain('/dev/mail');
  await end(app, 'SIGTERM');
});
