import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { applyMigrations, missingMigrationSql, writeMigration } from '@/lib/server/database/migrations';
import { createDatabase, dropDatabase, runCommand } from '@/tests/support/database/postgres';
import { countStatements } from '@/tests/support/database/use-database';
import { REPOSITORY, TEST_AUTH_SECRET } from '@/tests/support/server/environment';

const made: string[] = [];

async function emptyDatabase(): Promise<string> {
  const url = await createDatabase(inject('adminUrl'), 'empty');
  made.push(url);
  return url;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A copy of `prisma/` with one more migration. */
async function repositoryWith(sql: string): Promise<string> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'handstamp-migrations-'));
  made.push(root);
  await cp(path.join(REPOSITORY, 'prisma'), path.join(root, 'prisma'), { recursive: true });
  await writeMigration('extra', sql, new Date('2099-01-01T00:00:00Z'), root);
  return root;
}

afterAll(async () => {
  for (const item of made) {
    if (path.isAbsolute(item)) await rm(item, { recursive: true, force: true });
    else await dropDatabase(inject('adminUrl'), item);
  }
});

describe('the migrations', () => {
  it('say what schema.prisma says', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url);
    expect(await missingMigrationSql(url)).toBe('');
  });

  it('are found to differ from schema.prisma when a column is missing', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url);
    await query(url, 'ALTER TABLE "User" DROP COLUMN "name"');
    expect(await missingMigrationSql(url)).toContain('ADD COLUMN     "name" TEXT');
  });

  it('are applied once, and noted in the table that Prisma reads', async () => {
    const url = await emptyDatabase();
    const applied = await applyMigrations(url);
    expect(applied.length).toBeGreaterThan(0);
    expect(await applyMigrations(url)).toEqual([]);
    const noted = await query(url, 'SELECT migration_name AS name FROM _prisma_migrations ORDER BY 1');
    expect(noted.map((row) => row['name'])).toEqual(applied);
  });

  it('are applied once when two processes start at the same time', async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all([applyMigrations(url), applyMigrations(url)]);
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  });

  it('leave nothing behind when one fails half-way', async () => {
    const url = await emptyDatabase();
    const root = await repositoryWith('CREATE TABLE "Half" (id int); INSERT INTO "Half" VALUES (1/0);');
    await expect(applyMigrations(url, root)).rejects.toThrow(/division by zero/);
    expect(await query(url, `SELECT to_regclass('"Half"') AS half`)).toEqual([{ half: null }]);
  });

  it('may hold semicolons in strings and comments', async () => {
    const url = await emptyDatabase();
    const root = await repositoryWith(`-- one; two\nCREATE TABLE "Note" AS SELECT 'a;b' AS text;`);
    await applyMigrations(url, root);
    expect(await query(url, 'SELECT text FROM "Note"')).toEqual([{ text: 'a;b' }]);
  });

  it('are refused when an applied one was edited since', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url, await repositoryWith('SELECT 1;'));
    const edited = applyMigrations(url, await repositoryWith('SELECT 2;'));
    await expect(edited).rejects.toThrow('These migrations were edited after they were applied: 20990101000000_extra');
  });
});

describe('the count of statements', () => {
  it('holds what ran in the one database, and how often', async () => {
    const url = await emptyDatabase();
    const other = await emptyDatabase();
    const { total, statements } = await countStatements(url, async () => {
      await query(url, 'SELECT 1 AS a');
      await query(url, 'SELECT 2 AS a');
      await query(other, 'SELECT 3 AS b');
    });
    expect(statements).toEqual([{ sql: 'SELECT $1 AS a', calls: 2 }]);
    expect(total).toBe(2);
  });
});

it('db:migrate needs to know a database and a secret, and nothing else', async () => {
  const url = await emptyDatabase();
  const printed = await runCommand('lib/server/cli/migrate.ts', { DATABASE_URL: url, AUTH_SECRET: TEST_AUTH_SECRET });
  expect(printed).toContain('Applied');
  expect(await query(url, `SELECT slot FROM "Key" WHERE purpose = 'signing' ORDER BY slot`)).toEqual([
    { slot: 'current' },
    { slot: 'next' },
  ]);
});
