import 'server-only';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { isPooled } from './connection';
import { sqlStateOf } from './errors';
import { lockHolder } from './lock-holder';
import { historyFault, type Migration, readApplied, recordApplied } from './migration-history';

/** The lock that Prisma's own engine takes while it applies migrations: neither works while the other does. */
const MIGRATION_LOCK_ID = 72_707_369;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long another run of migrations is waited for. */
const OTHER_RUN_MS = 60_000;
/** How long a statement waits for a table. All later work on that table queues behind it, so it is short. */
const TABLE_MS = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

type Waits = { readonly otherRunMs: number; readonly tableMs: number };

/** A statement that would end the transaction which its file runs in. `BEGIN` of PL/pgSQL has no semicolon. */
const OWN_TRANSACTION = /(?:^|;)\s*(?:BEGIN|START|COMMIT|ROLLBACK)(?:\s+(?:WORK|TRANSACTION))?\s*;/im;

/**
 * Applies the migrations of `prisma/migrations` that the database lacks, oldest first, each in one transaction together
 * with its record: it happens with all that belongs to it, or not at all. Records are kept as Prisma keeps them, so that
 * `prisma migrate deploy` goes on where this ends, and the other way round. Two runs at once take turns. The lock
 * belongs to the transaction: whatever happens to the connection, none is left behind.
 *
 * PostgreSQL refuses some statements in a transaction, such as `CREATE INDEX CONCURRENTLY`: run those by hand first, and
 * let the migration say `CREATE INDEX IF NOT EXISTS`.
 *
 * @param root The folder of the repository.
 * @param acceptsPool False: an address that leads to a connection pool is refused.
 * @param waits How long locks are waited for, in milliseconds.
 * @returns The names of the migrations applied by this call.
 * @throws When the database cannot be reached, a migration fails, or what the database knows does not fit the folder.
 */
export async function applyMigrations(
  databaseUrl: string,
  root = process.cwd(),
  acceptsPool = false,
  waits: Waits = { otherRunMs: OTHER_RUN_MS, tableMs: TABLE_MS },
): Promise<string[]> {
  const migrations = await readMigrations(path.join(root, 'prisma', 'migrations'));
  const connection = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that breaks is told by the query that meets it; without a listener it would end the process.
  connection.on('error', () => undefined);
  await connection.connect();
  try {
    if (!acceptsPool && (await isPooled(connection))) {
      throw new Error('this address leads to a connection pool: set DIRECT_DATABASE_URL to the address of PostgreSQL');
    }
    const applied: string[] = [];
    for (;;) {
      const name = await applyNext(connection, migrations, waits);
      if (name === null) return applied;
      applied.push(name);
    }
  } finally {
    await connection.end();
  }
}

/** Applies the oldest migration that is missing; null when none is. */
async function applyNext(
  connection: pg.Client,
  migrations: readonly Migration[],
  waits: Waits,
): Promise<string | null> {
  await connection.query('BEGIN');
  try {
    await takeTurn(connection, waits);
    const applied = await readApplied(connection);
    const fault = historyFault(applied, migrations);
    if (fault !== null) throw new Error(fault);
    const known = new Set(applied.map(({ name }) => name));
    const next = migrations.find(({ name }) => !known.has(name));
    if (next !== undefined) await apply(connection, next);
    await connection.query('COMMIT');
    return next?.name ?? null;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Waits for other runs of migrations, ours or Prisma's, and sets the limits of this transaction. */
async function takeTurn(connection: pg.Client, { otherRunMs, tableMs }: Waits): Promise<void> {
  // A role or database may have a limit of its own for statements; a migration takes as long as it takes.
  await connection.query(`SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = ${otherRunMs}`);
  try {
    await connection.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK_ID]);
  } catch (error) {
    if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    await connection.query('ROLLBACK');
    throw new Error(await lockHolder(connection, MIGRATION_LOCK_ID), { cause: error });
  }
  await connection.query(`SET LOCAL lock_timeout = ${tableMs}`);
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
    // Without parameters the file goes to PostgreSQL as it is, however many statements it holds.
    await connection.query(migration.sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isLocked = sqlStateOf(error) === LOCK_NOT_AVAILABLE;
    const advice = ': other work held a table for too long. Nothing was changed; run it again.';
    throw new Error(`${file}: ${reason}${isLocked ? advice : ''}`, { cause: error });
  }
  await recordApplied(connection, migration);
}
