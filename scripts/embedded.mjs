// What quickstart and dev share: settings, the embedded database, migrations, the demo accounts. Node built-ins only.
import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { checkNode, generateClient, install, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { Failure, finish, ROOT, startNode, step } from './processes.mjs';

const FIRST_PORT = 3000;
const LAST_TRIED_PORT = 3099;
/** A UNIX socket's path may have 103 bytes on macOS and 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100;
const SOCKET_NAME = '.s.PGSQL.5432';
const DATA = path.join(ROOT, '.data');

/**
 * Everything up to a migrated database.
 *
 * @returns {Promise<{ port: number, origin: string, env: NodeJS.ProcessEnv, isEmbedded: boolean }>} `env` is for the
 *   server process.
 */
export async function prepare() {
  checkNode();
  const port = await choosePort(process.env['PORT']);
  await install();
  await generateClient();
  const givenDatabase = process.env['DATABASE_URL'];
  const isEmbedded = !givenDatabase;
  const databaseUrl = givenDatabase || (await startDatabase());
  const origin = process.env['APP_ORIGIN'] || `http://localhost:${port}`;
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: process.env['AUTH_SECRET'] || (await ownSecret()),
    APP_ORIGIN: origin,
    INTERNAL_ORIGIN: process.env['INTERNAL_ORIGIN'] || `http://127.0.0.1:${port}`,
    PORT: String(port),
    NEXT_TELEMETRY_DISABLED: '1',
    ...(isEmbedded ? { HANDSTAMP_DATA: DATA } : {}),
  };
  // Each command sets its own; one that is inherited by chance breaks the build.
  delete env['NODE_ENV'];
  if (!isEmbedded) delete env['HANDSTAMP_DATA'];
  await step('Migrating the database', () => runTypeScript('lib/server/cli/migrate.ts', env, 'The migration failed.'));
  if (isEmbedded) {
    await step('Making the demo accounts', () => runTypeScript('prisma/seed.ts', env, 'The demo accounts failed.'));
  }
  return { port, origin, env, isEmbedded };
}

function runTypeScript(script, env, sentence) {
  return finish(startNode([...TYPESCRIPT_FLAGS, script], { env }), sentence);
}

/** The port that was asked for, or the first free one from 3000. */
async function choosePort(asked) {
  if (asked) {
    const port = Number(asked);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Failure(`PORT=${asked} is not a port number.`);
    if (await isFree(port)) return port;
    throw new Failure(`Port ${port} is in use: stop what uses it, or set PORT to another one.`);
  }
  for (let port = FIRST_PORT; port <= LAST_TRIED_PORT; port++) {
    if (!(await isFree(port))) continue;
    if (port !== FIRST_PORT) console.log(`  Port ${FIRST_PORT} is in use: taking ${port}.`);
    return port;
  }
  throw new Failure(`Every port from ${FIRST_PORT} to ${LAST_TRIED_PORT} is in use: set PORT to a free one.`);
}

/** Free on both addresses that a browser may take "localhost" for. */
async function isFree(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await new Promise((resolve) => {
      const probe = createServer();
      probe.once('error', (error) => resolve(error.code));
      probe.listen(port, host, () => probe.close(() => resolve(null)));
    });
    if (code === 'EACCES') throw new Failure(`Port ${port} needs more rights than this user has: set PORT above 1023.`);
    if (code === 'EADDRINUSE') return false;
  }
  return true;
}

async function dataFolder() {
  await mkdir(DATA, { recursive: true, mode: 0o700 });
  await chmod(DATA, 0o700);
  return DATA;
}

/** The secret of this clone, made on first use. */
async function ownSecret() {
  const file = path.join(await dataFolder(), 'auth-secret');
  await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  console.log('  AUTH_SECRET: the one of this clone, in .data/auth-secret.');
  return (await readFile(file, 'utf8')).trim();
}

async function startDatabase() {
  if (process.platform === 'win32') {
    throw new Failure('The embedded database needs Linux, macOS or WSL: set DATABASE_URL to a PostgreSQL instead.');
  }
  const folder = await socketFolder();
  await step('Starting the embedded database', async () => {
    const data = path.join(await dataFolder(), 'database');
    const child = startNode(['scripts/embedded-database.mjs', data, folder], { watchesStdin: true });
    const ready = new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
    const ended = finish(child, 'The embedded database did not start.').catch((error) => {
      if (child.exitCode !== 3) throw error;
      throw new Failure('Another Handstamp already runs on the database in .data: stop it first.');
    });
    await Promise.race([ready, ended]);
    // From here on its end is somebody's Ctrl-C, or the server's next query will tell.
    ended.catch(() => undefined);
  });
  return `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}&sslmode=disable`;
}

/** A folder that nobody else may enter and whose path is short enough for a socket. */
async function socketFolder() {
  const near = path.join(await dataFolder(), 'socket');
  const hash = createHash('sha256').update(DATA).digest('hex').slice(0, 12);
  const isShort = Buffer.byteLength(path.join(near, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES;
  const folder = isShort ? near : path.join(os.tmpdir(), `handstamp-${process.getuid()}-${hash}`);
  await mkdir(folder, { mode: 0o700 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  // In a shared folder somebody else may have been first: a link, or a folder that they can enter too.
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o077) === 0) return folder;
  throw new Failure(`${folder} is not a folder of this user alone: remove it and start again.`);
}
