import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { findFreePort } from '@/scripts/free-port.mjs';
import { unprivilegedAccount } from '@/scripts/postgres.mjs';
import { testEnvironment } from '@/tests/support/server/environment';
import { runCommand } from './postgres';
import { sql } from './sql';

const run = promisify(execFile);
const account = unprivilegedAccount();

/** A PostgreSQL of its own, from the tools of `HANDSTAMP_POSTGRES_BIN`, with all that a backup needs. */
export type Cluster = {
  /** Where its files are, for backups and archives beside them. */
  readonly folder: string;
  readonly port: number;
  urlOf(database: string): string;
  /** Runs one of the tools of its installation. */
  tool(name: string, ...args: string[]): Promise<string>;
  stop(how?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
};

function binaries(): string {
  const folder = process.env['HANDSTAMP_POSTGRES_BIN'];
  if (!folder) throw new Error('HANDSTAMP_POSTGRES_BIN does not say where the tools of PostgreSQL are');
  return folder;
}

/** A folder that the account of PostgreSQL may write to. */
export async function folderOfPostgres(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), name));
  if (account !== null) await chown(folder, account.uid, account.gid);
  return folder;
}

/** Makes and starts one, with an archive of its WAL in `folder/archive`. */
export async function startCluster(settings: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const folder = await folderOfPostgres('handstamp-cluster-');
  const archive = path.join(folder, 'archive');
  await mkdir(archive);
  if (account !== null) await chown(archive, account.uid, account.gid);
  const data = path.join(folder, 'data');
  await run(
    path.join(binaries(), 'initdb'),
    [`--pgdata=${data}`, '--auth=trust', '--username=tests', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...account, cwd: folder },
  );
  const cluster = await clusterAt(folder, data, {
    wal_level: 'replica',
    archive_mode: 'on',
    archive_command: `cp %p ${archive}/%f`,
    fsync: 'off',
    ...settings,
  });
  await cluster.start();
  return cluster;
}

/** A cluster whose files are there, such as a copy; not started yet. */
export async function clusterAt(
  folder: string,
  data: string,
  settings: Readonly<Record<string, string>>,
): Promise<Cluster> {
  const port = await findFreePort();
  const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value}'\n`);
  await writeFile(path.join(data, 'postgresql.auto.conf'), lines.join(''));
  if (account !== null) await chown(path.join(data, 'postgresql.auto.conf'), account.uid, account.gid);
  const options = { ...account, cwd: folder };
  const tool = async (name: string, ...args: string[]) =>
    (await run(path.join(binaries(), name), args, options)).stdout;
  const log = path.join(data, 'server.log');
  const stop = async (how: 'fast' | 'immediate' = 'fast') =>
    void (await tool('pg_ctl', 'stop', '-D', data, '-m', how, '-w', '-t', '60'));
  return {
    folder,
    port,
    urlOf: (database) => `postgresql://tests@127.0.0.1:${port}/${database}`,
    tool,
    stop,
    start: async () => void (await tool('pg_ctl', 'start', '-D', data, '-l', log, '-w', '-t', '60')),
    async remove() {
      await stop('immediate').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A cluster with a migrated database for this test file, which `process.env` points at; removed when the file is done. */
export async function useCluster(
  settings: Readonly<Record<string, string>> = {},
): Promise<{ cluster: Cluster; url: string }> {
  const cluster = await startCluster(settings);
  afterAll(() => cluster.remove());
  await sql(cluster.urlOf('postgres'), 'CREATE DATABASE app');
  const url = cluster.urlOf('app');
  Object.assign(process.env, testEnvironment(url));
  await runCommand('lib/server/cli/migrate.ts', testEnvironment(url));
  return { cluster, url };
}
