import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useAppRole } from '@/tests/support/database/app-role';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { plainEnvironment, REPOSITORY, testEnvironment } from '@/tests/support/server/environment';

const { url: databaseUrl } = await useDatabase();
const role = await useAppRole(databaseUrl);
await sql(databaseUrl, `REVOKE ALL ON "Key" FROM ${role.name}`);
const { url: emptyUrl } = await useDatabase('empty');
const { url: behindUrl } = await useDatabase();
// As a move by logical replication leaves it: rows, and a sequence that has given none of their numbers.
await sql(behindUrl, `INSERT INTO "AuditEvent" (id, type) VALUES (7, 'signed_in')`);

const GIVE_UP_MS = 25_000;

/** Starts the production server as `npm start` does and waits until it ends; null: it did not. */
async function start(
  changes: Record<string, string | null>,
): Promise<{ code: number | null; stderr: string; stdout: string }> {
  const port = await findFreePort();
  const settings: Record<string, string | null> = { ...testEnvironment(databaseUrl, port), ...changes };
  const env = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
  const next = path.join(REPOSITORY, 'node_modules/next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', String(port)], {
    cwd: REPOSITORY,
    env: Object.assign(plainEnvironment(), env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  let stdout = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), GIVE_UP_MS);
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  return { code: typeof code === 'number' ? code : null, stderr, stdout };
}

function withPassword(password: string): string {
  const url = new URL(databaseUrl);
  url.password = password;
  return url.href;
}

function withPath(pathname: string): string {
  const url = new URL(databaseUrl);
  url.pathname = pathname;
  return url.href;
}

const secret = (bytes: number) => Buffer.alloc(bytes, 'not random, but long').toString('base64url');

/** Of wrong settings one here: tests/unit/server/config/env.test.ts has the others. */
const CASES: Readonly<Record<string, readonly [Record<string, string | null>, RegExp]>> = {
  'with an AUTH_SECRET that is a sentence': [
    { AUTH_SECRET: 'correct horse battery staple!' },
    /AUTH_SECRET must be base64url/,
  ],
  'with a wrong password': [
    { DATABASE_URL: withPassword('canary-password') },
    /the database at DATABASE_URL refuses the password \(password authentication failed/,
  ],
  'with a database that does not exist': [
    { DATABASE_URL: withPath('/not-there') },
    /the database at DATABASE_URL is not the name of a database there/,
  ],
  'with a database that does not speak TLS': [
    { DATABASE_URL: `${databaseUrl}?sslmode=verify-full` },
    /the database at DATABASE_URL does not speak TLS/,
  ],
  'with a role that may not read the keys': [
    { DATABASE_URL: role.databaseUrl },
    /the database at DATABASE_URL does not give this role the rights that it needs \(permission denied for table Key\)/,
  ],
  'with a database that was never migrated': [{ DATABASE_URL: emptyUrl }, /npm run db:migrate/],
  'with a database that would give out numbers again': [
    { DATABASE_URL: behindUrl },
    /numbers again that it has given before \(of AuditEvent\).*run `npm run db:restored -- --nothing-lost` first/,
  ],
  'with the AUTH_SECRET of another database': [{ AUTH_SECRET: `${secret(33).slice(5)}zzzzz` }, /AUTH_SECRET/],
};

// Promise: A server that is wrongly configured does not start
describe('a production server', () => {
  it.each(Object.keys(CASES))('%s says so in one sentence and ends', async (name) => {
    const [changes, sentence] = CASES[name] ?? [{}, /no such case/];
    const { code, stderr, stdout } = await start(changes);
    const lines = stderr.split('\n').filter((line) => line.trim() !== '');
    expect(lines).toEqual([expect.stringMatching(sentence)]);
    expect(lines[0]).toMatch(/^Handstamp cannot start: .*\.$/);
    expect(code).not.toBeNull();
    expect(code).not.toBe(0);
    expect(stderr + stdout).not.toMatch(/^\s+at /m);
    for (const value of Object.values(changes)) {
      if (value !== null && value.length > 20) expect(stderr + stdout).not.toContain(value);
    }
    expect(stderr + stdout).not.toContain('canary-password');
  });

  it('names all wrong settings at once', async () => {
    const { code, stderr } = await start({ AUTH_SECRET: null, DATABASE_URL: null, PASSWORD_MIN_LENGTH: '3' });
    for (const name of ['AUTH_SECRET', 'DATABASE_URL', 'PASSWORD_MIN_LENGTH']) expect(stderr).toContain(name);
    expect(code).not.toBe(0);
  });

  it('warns where Next ends it, which loses requests, and not where it ends itself', async () => {
    const printed = async (changes: Record<string, string | null>) =>
      (await start({ DATABASE_URL: emptyUrl, ...changes })).stdout;
    expect(await printed({ NEXT_MANUAL_SIG_HANDLE: null })).toContain('"event":"start.no_drain"');
    expect(await printed({})).not.toContain('start.no_drain');
  });
});
