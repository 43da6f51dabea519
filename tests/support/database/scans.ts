import { endConnections, sql } from './sql';

export type TableScans = {
  readonly table: string;
  /** How often it was read from end to end. */
  readonly wholeScans: number;
  readonly indexes: readonly string[];
};

/**
 * Tables that grow with the people and what they do. Not among them: the revocations of the last quarter of an hour, which
 * the state query reads whole, once a minute.
 */
const PEOPLES = ['User', 'Session', 'Password', 'Totp', 'Passkey', 'RecoveryCode', 'MailLink'];
const GROWING = [...PEOPLES, 'RateLimit', 'AuditEvent', 'Ceremony', 'Outbox'];

/** Those of the growing tables that `work` read from end to end, by PostgreSQL's own counters, and those that it read at all. */
export async function readsOf(
  databaseUrl: string,
  work: () => Promise<unknown>,
): Promise<{ readonly touched: readonly string[]; readonly whole: readonly string[] }> {
  const scans = (await scansOf(databaseUrl, work)).filter(({ table }) => GROWING.includes(table));
  return {
    touched: scans.map(({ table }) => table),
    whole: scans.filter(({ wholeScans }) => wholeScans > 0).map(({ table }) => table),
  };
}

type Counter = { name: string; table: string; scans: number };

/**
 * How the tables were read while `work` ran, by PostgreSQL's own counters: those that were read at all. Cuts every other
 * connection to that database, before and after.
 */
export async function scansOf(databaseUrl: string, work: () => Promise<unknown>): Promise<TableScans[]> {
  const before = await readCounters(databaseUrl);
  await work();
  const after = await readCounters(databaseUrl);
  const grown = (kind: keyof typeof after) =>
    after[kind]
      .map((one) => ({ ...one, scans: one.scans - (before[kind].find(({ name }) => name === one.name)?.scans ?? 0) }))
      .filter(({ scans }) => scans > 0);
  const [tables, indexes] = [grown('tables'), grown('indexes')];
  const names = new Set([...tables, ...indexes].map(({ table }) => table));
  return [...names].sort().map((table) => ({
    table,
    wholeScans: tables.find((one) => one.table === table)?.scans ?? 0,
    indexes: indexes.filter((one) => one.table === table).map(({ name }) => name),
  }));
}

async function readCounters(databaseUrl: string): Promise<{ tables: Counter[]; indexes: Counter[] }> {
  // A connection hands in what it counted when it ends, and else only after seconds of quiet.
  await endConnections(databaseUrl);
  return {
    tables: await sql<Counter>(
      databaseUrl,
      'SELECT relname AS name, relname AS table, seq_scan::int AS scans FROM pg_stat_user_tables',
    ),
    indexes: await sql<Counter>(
      databaseUrl,
      'SELECT indexrelname AS name, relname AS table, idx_scan::int AS scans FROM pg_stat_user_indexes',
    ),
  };
}
