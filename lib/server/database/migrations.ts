import 'server-only';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MigrationList, SchemasContainer } from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { withSchemaEngine } from './schema-engine';

const NO_FILTER = { externalTables: [], externalEnums: [] };
/** Any constant does: it names the lock that two runs of `db:migrate` take in turn. */
const MIGRATION_LOCK_ID = 7_263_000;
const LOCK_FILE = 'migration_lock.toml';
const LOCK_FILE_TEXT =
  '# Written by `npm run db:diff`, read by Prisma. Keep it in version control.\nprovider = "postgresql"\n';

/** Where migrations and schema live; `root` is the folder of the repository. */
type Paths = { readonly migrations: string; readonly schema: string };

function pathsUnder(root: string): Paths {
  return { migrations: path.join(root, 'prisma', 'migrations'), schema: path.join(root, 'prisma', 'schema.prisma') };
}

async function listMigrations(folder: string): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readFile(path.join(folder, name, 'migration.sql'), 'utf8') },
      },
    })),
  );
  const lockfile = { path: LOCK_FILE, content: await readFile(path.join(folder, LOCK_FILE), 'utf8') };
  return { baseDir: folder, lockfile, shadowDbInitScript: '', migrationDirectories };
}

async function readSchema(file: string): Promise<SchemasContainer> {
  return { files: [{ path: file, content: await readFile(file, 'utf8') }] };
}

/**
 * Applies the migrations that the database lacks, each as one transaction, and notes them in Prisma's own table, so
 * that `prisma migrate deploy` agrees. Two runs at once wait for each other.
 *
 * @param databaseUrl A direct connection: poolers in transaction mode lose the lock.
 * @returns The names of the migrations applied by this call, oldest first.
 * @throws When the database cannot be reached, a migration fails, or an applied one was edited since.
 */
export async function applyMigrations(databaseUrl: string, root = process.cwd()): Promise<string[]> {
  const migrationsList = await listMigrations(pathsUnder(root).migrations);
  const lock = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_ID]);
    return await withSchemaEngine(databaseUrl, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: NO_FILTER });
      const { editedMigrationNames } = await engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: NO_FILTER,
      });
      if (editedMigrationNames.length > 0) {
        throw new Error(`These migrations were edited after they were applied: ${editedMigrationNames.join(', ')}`);
      }
      return appliedMigrationNames;
    });
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK_ID]).catch(() => undefined);
    await lock.end();
  }
}

/**
 * The SQL that turns the database into what `schema.prisma` says; empty when they agree. Changes nothing.
 *
 * @param databaseUrl A database with all migrations applied.
 */
export async function missingMigrationSql(databaseUrl: string, root = process.cwd()): Promise<string> {
  const schema = await readSchema(pathsUnder(root).schema);
  return withSchemaEngine(databaseUrl, async (engine) => {
    const { exitCode, stdout } = await engine.diff({
      // Prisma's name for "what the connected database says".
      from: { tag: 'schemaDatasource', ...schema, configDir: root },
      to: { tag: 'schemaDatamodel', ...schema },
      script: true,
      exitCode: true,
      filters: NO_FILTER,
    });
    return exitCode === 0 ? '' : (stdout ?? '');
  });
}

/**
 * Writes `sql` as the next migration.
 *
 * @param now Names the folder: `YYYYMMDDhhmmss_name`, UTC.
 * @returns The folder's path.
 */
export async function writeMigration(name: string, sql: string, now: Date, root = process.cwd()): Promise<string> {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const { migrations } = pathsUnder(root);
  const folder = path.join(migrations, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'migration.sql'), sql);
  await writeFile(path.join(migrations, LOCK_FILE), LOCK_FILE_TEXT);
  return folder;
}
