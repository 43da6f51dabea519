import 'server-only';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SchemasContainer } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { withSchemaEngine } from './schema-engine';

const NO_FILTER = { externalTables: [], externalEnums: [] };
const LOCK_FILE = 'migration_lock.toml';
const LOCK_FILE_TEXT =
  '# Written by `npm run db:diff`, read by Prisma. Keep it in version control.\nprovider = "postgresql"\n';

/** Where migrations and schema live; `root` is the folder of the repository. */
type Paths = { readonly migrations: string; readonly schema: string };

function pathsUnder(root: string): Paths {
  return { migrations: path.join(root, 'prisma', 'migrations'), schema: path.join(root, 'prisma', 'schema.prisma') };
}

async function readSchema(file: string): Promise<SchemasContainer> {
  return { files: [{ path: file, content: await readFile(file, 'utf8') }] };
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
