// @ts-check
// The embedded PostgreSQL: PGlite behind a UNIX socket that only this user can open. A process of its own, so that the
// database outlives a crash of the server; it ends with its parent, whose pipe is its stdin.
//
//   node scripts/embedded-database.mjs <data folder> <socket folder>
//
// Prints "ready" once it serves. Exit code 3: another living process serves the same data.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

// Above the sum of all pools: the server's, a second one during hot reload, the command-line programs.
const MAX_CONNECTIONS = 100;

const [dataFolder, socketFolder] = process.argv.slice(2);
if (dataFolder === undefined || socketFolder === undefined) {
  console.error('usage: node scripts/embedded-database.mjs <data folder> <socket folder>');
  process.exit(2);
}
const socketPath = path.join(socketFolder, '.s.PGSQL.5432');

const guardPath = path.join(socketFolder, 'guard');

/** @param {string} guard @returns {Promise<boolean>} */
function isServed(guard) {
  return new Promise((resolve) => {
    const probe = connect(guard);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

/**
 * Lets one process at a time open the data: two would damage it. The guard is a socket, because only the system knows
 * for sure whether its owner still lives; a process number in a file may belong to another process by now.
 *
 * @returns {Promise<boolean>}
 */
async function takeGuard() {
  const guard = createServer((socket) => socket.destroy());
  const listening = await new Promise((resolve) => {
    guard.once('error', () => resolve(false));
    guard.listen(guardPath, () => resolve(true));
  });
  if (listening) return true;
  // Moved away before it is looked at, so that of two processes that find a dead guard only one removes it.
  const aside = `${guardPath}.${process.pid}`;
  try {
    renameSync(guardPath, aside);
  } catch {
    return false;
  }
  if (await isServed(aside)) {
    renameSync(aside, guardPath);
    return false;
  }
  rmSync(aside, { force: true });
  return takeGuard();
}

// Listened to before anything slow: a parent that dies during the start must be noticed too.
/** @type {PGlite | undefined} */
let database;
/** @type {PGLiteSocketServer | undefined} */
let server;
let isStopping = false;
async function stop() {
  if (isStopping) return;
  isStopping = true;
  try {
    await server?.stop();
    await database?.close();
  } finally {
    rmSync(socketPath, { force: true });
    rmSync(guardPath, { force: true });
    process.exit(0);
  }
}
process.stdin.on('end', stop).on('error', stop).resume();
// Ctrl-C reaches every process of the terminal: this one waits for its parent to say that the server is done.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', stop);
process.on('SIGHUP', stop);

if (!(await takeGuard())) process.exit(3);
rmSync(socketPath, { force: true });
mkdirSync(path.dirname(dataFolder), { recursive: true, mode: 0o700 });
database = await PGlite.create(dataFolder);
server = new PGLiteSocketServer({ db: database, path: socketPath, maxConnections: MAX_CONNECTIONS });
await server.start();
console.log('ready');
