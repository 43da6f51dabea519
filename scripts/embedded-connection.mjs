// @ts-check
// The embedded database and the secret of this clone, both below .data, or below the folder that HANDSTAMP_DATA names in the
// environment of the process: for the scripts that start them, and for commands that join a running app. Node built-ins
// only.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Failure } from './failure.mjs';
import { finish, ROOT, startNode } from './processes.mjs';

/** A UNIX socket's path may have 103 bytes on macOS and 107 on Linux. */
const MAX_SOCKET_PATH_BYTES = 100;
const SOCKET_NAME = '.s.PGSQL.5432';
/** Held by the process that serves the data, from before it opens them: see embedded-database.mjs. */
const GUARD_NAME = 'guard';
const JOIN_WITHIN_MS = 15_000;
const POLL_MS = 50;

export const DATA = path.resolve(ROOT, process.env['HANDSTAMP_DATA'] || '.data');
/** The same for readers. */
export const SHOWN_DATA = DATA.startsWith(ROOT + path.sep) ? path.relative(ROOT, DATA) : DATA;
const SECRET_FILE = path.join(DATA, 'auth-secret');

/** True where quickstart or dev has run before. */
export async function hasData() {
  const found = await Promise.all(
    [SECRET_FILE, path.join(DATA, 'database')].map((file) => stat(file).catch(() => null)),
  );
  return found.every((entry) => entry !== null);
}

/** The secret of this clone, made on first use. */
export async function ownSecret() {
  await dataFolder();
  await writeFile(SECRET_FILE, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return (await readFile(SECRET_FILE, 'utf8')).trim();
}

/**
 * What a server or a command on the embedded database has to be told instead of what `settings` say.
 *
 * @param {NodeJS.ProcessEnv} settings
 * @param {string} databaseUrl Its address.
 */
export async function embeddedSettings(settings, databaseUrl) {
  return {
    DATABASE_URL: databaseUrl,
    // That of another database, which no migration of this one may reach.
    DIRECT_DATABASE_URL: '',
    AUTH_SECRET: settings['AUTH_SECRET'] || (await ownSecret()),
    HANDSTAMP_DATA: DATA,
  };
}

/** Starts the embedded database, which ends with this process. @returns {Promise<string>} Its address. */
export async function startDatabase() {
  const folder = await socketFolder();
  const data = path.join(await dataFolder(), 'database');
  const child = startNode(['scripts/embedded-database.mjs', data, folder], { watchesStdin: true });
  const ready = firstLine(child.stdout);
  const ended = finish(child, 'The embedded database did not start.').catch((error) => {
    if (child.exitCode !== 3) throw error;
    throw new Failure(`Another Handstamp already runs on the database in ${SHOWN_DATA}: stop it first.`);
  });
  await Promise.race([ready, ended]);
  // From here on it ends by Ctrl-C, or the server's next query will notice.
  ended.catch(() => undefined);
  return addressOf(folder);
}

/** @param {import('node:stream').Readable | null} output */
function firstLine(output) {
  if (output === null) throw new Error('Its output goes elsewhere');
  return once(createInterface({ input: output }), 'line');
}

/** The address of the embedded database that some other process serves; null when none does. */
export async function findDatabase() {
  const folder = await socketFolder();
  const deadline = Date.now() + JOIN_WITHIN_MS;
  while (await isServed(path.join(folder, GUARD_NAME))) {
    if (await isServed(path.join(folder, SOCKET_NAME))) return addressOf(folder);
    // Another process is starting it.
    if (Date.now() > deadline) throw new Failure('The embedded database is held by a process that does not serve it.');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

/** @param {string} folder */
const addressOf = (folder) =>
  `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}&sslmode=disable`;

/**
 * True when a living process listens there: the file alone may be what a crash left behind.
 *
 * @param {string} socketPath
 * @returns {Promise<boolean>}
 */
function isServed(socketPath) {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

async function dataFolder() {
  await mkdir(DATA, { recursive: true, mode: 0o700 });
  await chmod(DATA, 0o700);
  return DATA;
}

/** A folder that no other account may enter and whose path is short enough for a socket. */
async function socketFolder() {
  if (process.platform === 'win32') {
    throw new Failure('The embedded database needs Linux, macOS or WSL: set DATABASE_URL to a PostgreSQL instead.');
  }
  const user = process.getuid?.() ?? 0;
  const near = path.join(await dataFolder(), 'socket');
  const hash = createHash('sha256').update(DATA).digest('hex').slice(0, 12);
  const isShort = Buffer.byteLength(path.join(near, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES;
  const folder = isShort ? near : path.join(os.tmpdir(), `handstamp-${user}-${hash}`);
  await mkdir(folder, { mode: 0o700 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  // In a shared folder another account may have been first: a link, or a folder that they can enter too.
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0) return folder;
  throw new Failure(`${folder} is not a folder of this user alone: remove it and start again.`);
}
