import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import demoAccounts from '@/lib/server/config/demo-accounts.json' with { type: 'json' };
import { addClient } from '@/lib/server/oauth/client-store';
import { findFreePort } from '@/scripts/free-port.mjs';
import { copyRepository, type RepositoryCopy } from '@/tests/support/copy/repository-copy';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson } from '@/tests/support/people';
import { plainEnvironment, REPOSITORY, TEST_AUTH_SECRET } from '@/tests/support/server/environment';

const { url: otherUrl } = await useDatabase('empty');
const { url: databaseUrl } = await useDatabase();
vi.setConfig({ testTimeout: 120_000 });

const person = await createPerson({ email: 'of.the.file@people.test' });
await addClient('client of the file', null);

/** What an operator writes into the file of a server. */
const FILE = `DATABASE_URL=${databaseUrl}\nAUTH_SECRET=${TEST_AUTH_SECRET}\n`;
const NOWHERE = 'postgresql://nobody@127.0.0.1:1/none';

let copy: RepositoryCopy;
let data = '';
const started: ChildProcess[] = [];

beforeAll(async () => {
  copy = await copyRepository('env-files');
  data = await mkdtemp(path.join(os.tmpdir(), 'handstamp-env-files-'));
  for (const folder of ['node_modules', '.next']) {
    await symlink(path.join(REPOSITORY, folder), path.join(copy.folder, folder));
  }
  // Older than the packages, or they would be installed again.
  await utimes(path.join(copy.folder, 'package-lock.json'), 0, 0);
}, 60_000);

afterEach(async () => {
  for (const file of FILES) await rm(path.join(copy.folder, file), { force: true });
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await copy.remove();
  await rm(data, { recursive: true });
});

const FILES = ['.env', '.env.local', '.env.production', '.env.test', '.env.test.local'];
const write = (files: Readonly<Partial<Record<string, string>>>) =>
  Promise.all(Object.entries(files).map(([file, content]) => copy.write(file, content ?? '')));

/** Starts a program in the copy, with files of settings and without any setting of ours but `env`. */
function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const settings = { __NEXT_PROCESSED_ENV: '', HANDSTAMP_DATA: data, ...env };
  const child = spawn(command, args, { cwd: copy.folder, env: Object.assign(plainEnvironment(), settings) });
  started.push(child);
  return child;
}

async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = start(command, args, env);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code };
}

const npm = (command: string, env: Readonly<Record<string, string>> = {}) =>
  run('npm', ['run', '--silent', ...command.split(' ')], env);

describe('with DATABASE_URL and AUTH_SECRET in .env', () => {
  it.each([
    ['db:migrate', /^The database was up to date\.$/m],
    ['db:clean', /^sessions: 0$/m],
    ['keys -- status', /Nothing is due\./],
    [`users -- show ${person.email}`, new RegExp(person.id)],
    ['clients -- list', /^client of the file$/m],
  ])('npm run %s works on that database', async (command, printed) => {
    await write({ '.env': FILE });
    const { stdout, stderr, code } = await npm(command);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(printed);
  });

  it('npm run db:seed makes no demo accounts there', async () => {
    await write({ '.env': FILE });
    expect(await npm('db:seed')).toMatchObject({ code: 1, stderr: expect.stringContaining('embedded database only') });
  });

  it('what is set in the process counts first, then .env.local, .env.production and .env', async () => {
    const show = `users -- show ${person.email}`;
    await write({ '.env': FILE.replace(databaseUrl, NOWHERE), '.env.production': FILE });
    expect(await npm(show)).toMatchObject({ code: 0, stdout: expect.stringContaining(person.id) });
    await write({ '.env.local': `DATABASE_URL=${otherUrl}\n` });
    expect(await npm(show)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the database is not migrated to this release: run `npm run db:migrate` ('),
    });
    expect(await npm(show, { DATABASE_URL: databaseUrl })).toMatchObject({ code: 0 });
  });

  it('what is meant for tests never counts', async () => {
    await write({
      '.env': FILE,
      '.env.test': `DATABASE_URL=${NOWHERE}\n`,
      '.env.test.local': `DATABASE_URL=${NOWHERE}\n`,
    });
    expect(await npm(`users -- show ${person.email}`, { NODE_ENV: 'test' })).toMatchObject({ code: 0, stderr: '' });
  });

  it.each(['production', 'development'])('quickstart and dev take it too, as a server of %s does', async (mode) => {
    const port = await findFreePort();
    await write({ '.env': `${FILE}PORT=${port}\n` });
    const prepare = `
      import { prepare } from './scripts/embedded.mjs';
      const { env, ...prepared } = await prepare('${mode}');
      console.log(JSON.stringify({ ...prepared, data: env.HANDSTAMP_DATA, databaseUrl: env.DATABASE_URL }));`;
    const { stdout, code } = await run(process.execPath, ['--input-type=module', '--eval', prepare]);
    // The server reads the file by itself, so that a change of it counts at once.
    const prepared = { port, origin: `http://localhost:${port}`, isEmbedded: false, keepsMail: false, data: '' };
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual(prepared);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('demo')]);
  });

  it('npm start listens at PORT of .env, and reaches itself there', async () => {
    const [port, typed] = [await findFreePort(), await findFreePort()];
    await write({
      '.env': `${FILE}PORT=${port}\nAPP_ORIGIN=http://localhost:${port}\n`,
      '.env.test': `DATABASE_URL=${NOWHERE}\n`,
    });
    start('npm', ['start'], { NODE_ENV: 'test' });
    const statusAt = async (at: number) =>
      (await fetch(`http://127.0.0.1:${at}/api/health/ready`).catch(() => null))?.status;
    await expect.poll(() => statusAt(port), { timeout: 60_000 }).toBe(200);
    start('npm', ['start'], { PORT: String(typed) });
    await expect.poll(() => statusAt(typed), { timeout: 60_000 }).toBe(200);
  });
});

describe('without DATABASE_URL', () => {
  const named = () => `On the embedded database (${data}), because DATABASE_URL is not set.\n`;

  it('a command says where it would come from when there is no database at all', async () => {
    const { stdout, stderr, code } = await npm('keys -- status --json', { HANDSTAMP_DATA: path.join(data, 'none') });
    expect([stdout, code]).toEqual(['', 1]);
    expect(stderr).toContain('There is no database: set DATABASE_URL, or run `npm run quickstart` once');
  });

  it('every command works on the embedded database, and says so on stderr alone', async () => {
    const serve = (andThen: string) => [
      '--input-type=module',
      '--eval',
      `import { ownSecret, startDatabase } from './scripts/embedded-connection.mjs';
       import { runScript } from './scripts/processes.mjs';
       await runScript(async () => { await ownSecret(); await startDatabase(); ${andThen} });`,
    ];
    expect(await run(process.execPath, serve("process.emit('SIGTERM')"))).toMatchObject({ code: 0 });
    // Of another database: no migration of the embedded one may reach it.
    await write({ '.env': `DIRECT_DATABASE_URL=${otherUrl}\nDATABASE_URL=\n` });
    const { email } = demoAccounts.admin;
    const printed: [command: string, stdout: RegExp][] = [
      ['db:migrate', /^Applied \d+_initial$/m],
      ['db:seed', /^$/],
      ['db:clean', /^sessions: 0$/m],
      [`users -- show ${email}`, /^ {2}role: admin$/m],
      [`users -- role ${demoAccounts.member.email} admin`, /is admin now/],
      ['clients -- list', /^There are none yet/],
    ];
    for (const [command, stdout] of printed) {
      const outcome = await npm(command);
      expect(outcome, command).toEqual({ code: 0, stdout: expect.stringMatching(stdout), stderr: named() });
      // The first starts the database for itself, the others find one that runs.
      if (command === 'db:migrate') await once(start(process.execPath, serve("console.log('served')")).stdout, 'data');
    }
    const report = await npm('keys -- status --json');
    expect(JSON.parse(report.stdout)).toMatchObject({ unopened: [] });
    expect(report.stderr).toBe(named());
  });
});
