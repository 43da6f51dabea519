import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { findFreePort } from '@/scripts/free-port.mjs';
import { unprivilegedAccount } from '@/scripts/postgres.mjs';

export type ConnectionPool = {
  /** The address of the same database, through the pool. */
  readonly databaseUrl: string;
  stop(): Promise<void>;
};

const READY_WITHIN_MS = 10_000;
const POLL_MS = 50;

/**
 * Starts a PgBouncer in transaction mode in front of a database. Everything that the mode does not ask for is left as
 * PgBouncer presets it: so it refuses startup parameters that it does not know. `more` are lines of settings besides.
 */
export async function startPgBouncer(databaseUrl: string, more: readonly string[] = []): Promise<ConnectionPool> {
  const command = process.env['HANDSTAMP_PGBOUNCER'];
  if (!command) throw new Error('HANDSTAMP_PGBOUNCER does not say where PgBouncer is');
  const account = unprivilegedAccount();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-pgbouncer-'));
  const { hostname, port: databasePort, username, password, pathname } = new URL(databaseUrl);
  const port = await findFreePort();
  const users = path.join(folder, 'users.txt');
  const settings = path.join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${username}" "${password}"\n`);
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${databasePort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
${more.join('\n')}
`,
  );
  // It refuses to run as root.
  if (account !== null) {
    for (const file of [folder, users, settings]) await chown(file, account.uid, account.gid);
  }
  await chmod(folder, 0o700);
  const child = spawn(command, [settings], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...account });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-4_000);
    });
  }
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isListening(port))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error(`PgBouncer is not ready:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { databaseUrl: `postgresql://${username}:${password}@127.0.0.1:${port}${pathname}`, stop };
}

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
