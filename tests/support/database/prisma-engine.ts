import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { withSchemaEngine } from '@/lib/server/database/schema-engine';
import { REPOSITORY } from '@/tests/support/server/environment';

/**
 * Applies the migrations of `root` with Prisma's own engine, as `prisma migrate deploy` does: its binary wants a download.
 *
 * @returns The names of those applied by this call, oldest first.
 */
export async function applyWithEngine(databaseUrl: string, root = REPOSITORY): Promise<string[]> {
  const folder = path.join(root, 'prisma', 'migrations');
  const read = async (...names: string[]) => readFile(path.join(folder, ...names), 'utf8');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => {
      const content = { tag: 'ok' as const, value: await read(name, 'migration.sql') };
      return { path: name, migrationFile: { path: 'migration.sql', content } };
    }),
  );
  const lockfile = { path: 'migration_lock.toml', content: await read('migration_lock.toml') };
  const migrationsList = { baseDir: folder, lockfile, shadowDbInitScript: '', migrationDirectories };
  return withSchemaEngine(databaseUrl, async (engine) => {
    const filters = { externalTables: [], externalEnums: [] };
    return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
  });
}
