import 'server-only';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { applyMigrations } from '@/lib/server/database/migration-runner';
import { missingMigrationSql, writeMigration } from '@/lib/server/database/migrations';
import { type Outcome, runProgram } from './program';

/** Runs `work` with the address of an empty PostgreSQL that lives in memory. */
async function withScratchDatabase<T>(work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-diff-'));
  const database = await PGlite.create();
  const server = new PGLiteSocketServer({ db: database, path: path.join(folder, '.s.PGSQL.5432'), maxConnections: 10 });
  try {
    await server.start();
    return await work(`postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}&sslmode=disable`);
  } finally {
    await server.stop();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

// `npm run db:diff -- name`: writes the next migration, which turns the migrations so far into what schema.prisma says.
await runProgram('db:diff', async (): Promise<Outcome> => {
  const name = process.argv[2];
  if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
    return { ok: false, sentence: 'name the migration in lower case, such as `npm run db:diff -- add_sessions`.' };
  }
  const sql = await withScratchDatabase(async (databaseUrl) => {
    await applyMigrations(databaseUrl);
    return missingMigrationSql(databaseUrl);
  });
  if (sql === '') {
    console.log('The migrations already say what schema.prisma says.');
    return { ok: true };
  }
  console.log(`Wrote ${await writeMigration(name, sql, new Date())}: read it before you run npm run db:migrate.`);
  return { ok: true };
});
