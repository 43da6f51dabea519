import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { plainEnvironment, REPOSITORY, testEnvironment } from '@/tests/support/server/environment';

/** Real PostgreSQL: races, locks and statement counts mean nothing on the embedded one. */
export type TestPostgres = {
  /** Address of a database that the tests only use to make others. */
  readonly adminUrl: string;
  /** What the server writes down; null when the server is not ours. */
  readonly logFile: string | null;
  stop(): Promise<void>;
};

/** Migrated once, then copied by PostgreSQL itself for every test file. */
const BASE_DATABASE = 'handstamp_tests_base';
/** Copies of one template must not be made at the same time: PostgreSQL refuses. */
const COPY_LOCK_ID = 7_263_100;

/**
 * Starts PostgreSQL, or takes the server of `TEST_DATABASE_URL`, and prepares the migrated base database there. The
 * role in `TEST_DATABASE_URL` must be allowed to make databases.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given ? { adminUrl: given, logFile: null, stop: async () => undefined } : await startOwnServer();
  try {
    await makeBaseDatabase(server.adminUrl);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

export type OwnPostgres = TestPostgres & {
  readonly pid: number;
  /** Ends it, politely (`fast`) or as a crash would (`immediate`), and resolves once it is there again. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
};

/** Starts a PostgreSQL of its own, whose process is known: for what happens to a server as a whole. */
export async function startOwnServer(): Promise<OwnPostgres> {
  const child = spawn(process.execPath, [path.join(REPOSITORY, 'tests/support/database/postgres-process.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const nextLine = (): Promise<unknown[]> =>
    Promise.race([once(lines, 'line'), rejectOnExit(child, 'PostgreSQL for tests')]);
  const [line] = await nextLine();
  const { url, logFile, pid } = JSON.parse(String(line)) as { url: string; logFile: string; pid: number };
  const restart = async (mode: 'fast' | 'immediate') => {
    const isThere = nextLine();
    child.stdin.write(mode === 'fast' ? 'SIGINT\n' : 'SIGQUIT\n');
    await isThere;
  };
  return { adminUrl: url, logFile, pid, restart, stop: () => endProcess(child) };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.stdin?.end();
  await closed;
}

async function rejectOnExit(child: ChildProcess, name: string): Promise<never> {
  const [code] = await once(child, 'close');
  throw new Error(`${name} ended with code ${code} before it was ready`);
}

async function makeBaseDatabase(adminUrl: string): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    await admin.query(`DROP DATABASE IF EXISTS ${BASE_DATABASE} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${BASE_DATABASE}`);
  });
  await runCommand('lib/server/cli/migrate.ts', testEnvironment(databaseUrlOf(adminUrl, BASE_DATABASE)));
}

/** Where the commands are that were bundled for all tests of a run: they begin in half of the time of their sources. */
export const COMMANDS_VARIABLE = 'HANDSTAMP_TEST_COMMANDS';

/** How Node runs a program of ours: as operators have it, where it was bundled, and else from its sources. */
function programArguments(script: string): string[] {
  const bundled = path.join(process.env[COMMANDS_VARIABLE] ?? '', `${path.basename(script, '.ts')}.mjs`);
  if (script.startsWith('lib/server/cli/') && existsSync(bundled)) return [bundled];
  return ['--conditions=react-server', '--import', './scripts/typescript.mjs', path.join(REPOSITORY, script)];
}

/**
 * Runs one of our command-line programs as a process of its own.
 *
 * @returns What it printed. @throws Its output, when it fails.
 */
export async function runCommand(script: string, env: Record<string, string>, args: string[] = []): Promise<string> {
  const child = spawn(process.execPath, [...programArguments(script), ...args], {
    cwd: REPOSITORY,
    env: Object.assign(plainEnvironment(), env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with code ${code}:\n${output}`);
  return output;
}

/**
 * Makes a database of the tests' own: migrated and with its first keys, or empty.
 *
 * @returns Its address.
 */
export async function createDatabase(adminUrl: string, content: 'migrated' | 'empty' = 'migrated'): Promise<string> {
  const name = `handstamp_tests_${crypto.randomUUID().replaceAll('-', '')}`;
  const template = content === 'migrated' ? BASE_DATABASE : 'template0';
  await asAdmin(adminUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [COPY_LOCK_ID]);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  return databaseUrlOf(adminUrl, name);
}

/** Removes a database made by `createDatabase` and cuts the connections that are left. */
export async function dropDatabase(adminUrl: string, databaseUrl: string): Promise<void> {
  await asAdmin(adminUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${nameOf(databaseUrl)} WITH (FORCE)`));
}

/** Opens a connection of its own to the admin database for the length of `work`. */
export async function asAdmin<T>(adminUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** The name of the database in a connection string. */
export function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}

function databaseUrlOf(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
