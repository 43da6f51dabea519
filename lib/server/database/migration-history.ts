import 'server-only';
import { createHash } from 'node:crypto';
import type { Client } from 'pg';

/** A folder of `prisma/migrations` and what its `migration.sql` says. */
export type Migration = { readonly name: string; readonly sql: string };

/** What the database knows of a migration that was not rolled back. */
export type Applied = { readonly name: string; readonly checksum: string; readonly isFinished: boolean };

/** The table that Prisma keeps its records in, as Prisma makes it. */
const MAKE_TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

const READ = `
  SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isFinished"
  FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`;

/** `started_at` is the beginning of the transaction, in which the migration ran. */
const ADD = `
  INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
  VALUES ($1, $2, $3, clock_timestamp(), 1)`;

/** Whether the records are there, and some table if there is one; those of extensions do not count. */
const LOOK_AROUND = `
  SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "hasRecords", (
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    LIMIT 1
  ) AS "someTable"`;

/**
 * What was applied, oldest first.
 *
 * @throws When the database has tables and no records: it is somebody else's.
 */
export async function readApplied(connection: Client): Promise<Applied[]> {
  const around = await connection.query<{ hasRecords: boolean; someTable: string | null }>(LOOK_AROUND);
  const { hasRecords = false, someTable = null } = around.rows[0] ?? {};
  if (hasRecords) return (await connection.query<Applied>(READ)).rows;
  if (someTable === null) return [];
  throw new Error(`This database is not empty, and no migration made it: it has the table "${someTable}".`);
}

/** Notes that a migration was applied; to be called in the transaction that applies it. */
export async function recordApplied(connection: Client, { name, sql }: Migration): Promise<void> {
  await connection.query(MAKE_TABLE);
  await connection.query(ADD, [crypto.randomUUID(), checksumOf(sql), name]);
}

/** Why nothing may be applied, in a sentence; null when what the database knows fits the folder. */
export function historyFault(applied: readonly Applied[], migrations: readonly Migration[]): string | null {
  const sqlOf = new Map(migrations.map(({ name, sql }) => [name, sql]));
  const failed = applied.filter(({ isFinished }) => !isFinished);
  const unknown = applied.filter(({ name }) => !sqlOf.has(name));
  const edited = applied.filter(({ name, checksum }) => !isChecksumOf(checksum, sqlOf.get(name) ?? ''));
  if (failed.length > 0) {
    return `These migrations failed half-way: ${namesOf(failed)}. Repair the database, then set finished_at in their rows of _prisma_migrations if they are done, or rolled_back_at if they are undone.`;
  }
  if (unknown.length > 0) {
    return `These migrations were applied and are not in prisma/migrations: ${namesOf(unknown)}. The database belongs to a newer release, or to another program.`;
  }
  return edited.length > 0 ? `These migrations were edited after they were applied: ${namesOf(edited)}` : null;
}

const namesOf = (applied: readonly Applied[]): string => applied.map(({ name }) => name).join(', ');

const checksumOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

/** Git may change the ends of lines; Prisma does not take that for an edit either. */
const isChecksumOf = (checksum: string, sql: string): boolean =>
  ['\n', '\r\n'].some((end) => checksumOf(sql.replace(/\r?\n/g, end)) === checksum);
