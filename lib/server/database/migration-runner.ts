import 'server-only';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { historyFault, type Migration, readApplied, recordApplied } from './migration-history';

/** The lock that Prisma's own engine takes while it applies migrations: neither starts before the other is done. */
const MIGRATION_LOCK_ID = 72_707_369;
const CONNECT_TIMEOUT_MS = 10_000;

/** A statement that would end the transaction which its file runs in. `BEGIN` of PL/pgSQL has no semicolon. */
const OWN_TRANSACTION = /(?:^|;)\s*(?:BEGIN|START|COMMIT|ROLLBACK)(?:\s+(?:WORK|TRANSACTION))?\s*;/im;

/**
 * Applies the migrations of `prisma/migrations` that the database lacks, oldest first, each in one transaction together
 * with its record: it happens with all that belongs to it, or not at all. Records are kept as Prisma keeps them, so that
 * `prisma migrate deploy` goes on where this ends, and the other way round. Two runs at once wait for each other.
 *
 * PostgreSQL refuses some statements in a transaction, such as `CREATE INDEX CONCURRENTLY`: run those by hand first, and
 * let the migration say `CREATE INDEX IF NOT EXISTS`.
 *
 * @param databaseUrl A direct connection: poolers in transaction mode lose the lock.
 * @param root The folder of the repository.
 * @returns The names of the migrations applied by this call.
 * @throws When the database cannot be reached, a migration fails, or what the database knows does not fit the folder.
 */
export async function applyMigrations(databaseUrl: string, root = process.cwd()): Promise<string[]> {
  const migrations = await readMigrations(path.join(root, 'prisma', 'migrations'));
  const connection = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that breaks is told by the query that meets it; without a listener it would end the process.
  connection.on('error', () => undefined);
  await connection.connect();
  try {
    await connection.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_ID]);
    const applied = await readApplied(connection);
    const fault = historyFault(applied, migrations);
    if (fault !== null) throw new Error(fault);
    const known = new Set(applied.map(({ name }) => name));
    const missing = migrations.filter(({ name }) => !known.has(name));
    for (const migration of missing) await apply(connection, migration);
    return missing.map(({ name }) => name);
  } finally {
    // The lock ends with its connection.
    await connection.end();
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(path.join(folder, name, 'migration.sql'), 'utf8') })),
  );
}

async function apply(connection: pg.Client, migration: Migration): Promise<void> {
  const file = `prisma/migrations/${migration.name}/migration.sql`;
  if (OWN_TRANSACTION.test(migration.sql)) {
    throw new Error(`${file}: leave BEGIN, COMMIT and ROLLBACK out. A migration is one transaction.`);
  }
  try {
    await connection.query('BEGIN');
    // Without parameters the file goes to PostgreSQL as it is, however many statements it holds.
    await connection.query(migration.sql);
    await recordApplied(connection, migration);
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
