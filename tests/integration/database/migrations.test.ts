import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { applyMigrations } from '@/lib/server/database/migration-runner';
import { missingMigrationSql, writeMigration } from '@/lib/server/database/migrations';
import { lockTable } from '@/tests/support/database/locked-table';
import { createDatabase, dropDatabase, runCommand } from '@/tests/support/database/postgres';
import { applyWithEngine } from '@/tests/support/database/prisma-engine';
import { sql as query } from '@/tests/support/database/sql';
import { countStatements } from '@/tests/support/database/use-database';
import { REPOSITORY, TEST_AUTH_SECRET } from '@/tests/support/server/environment';

const made: string[] = [];

async function emptyDatabase(): Promise<string> {
  const url = await createDatabase(inject('adminUrl'), 'empty');
  made.push(url);
  return url;
}

/** A copy of `prisma/` with one more migration. */
async function repositoryWith(sql: string): Promise<string> {
  const root = await repositoryOf(await migrationNames());
  await writeMigration('extra', sql, new Date('2099-01-01T00:00:00Z'), root);
  return root;
}

/** A copy of `prisma/` with the named migrations alone. */
async function repositoryOf(names: readonly string[]): Promise<string> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'handstamp-migrations-'));
  made.push(root);
  await cp(path.join(REPOSITORY, 'prisma'), path.join(root, 'prisma'), { recursive: true });
  const left = (await migrationNames()).filter((name) => !names.includes(name));
  for (const name of left) await rm(path.join(root, 'prisma/migrations', name), { recursive: true });
  return root;
}

async function migrationNames(): Promise<string[]> {
  const entries = await readdir(path.join(REPOSITORY, 'prisma/migrations'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

const EXTRA = '20990101000000_extra';

afterAll(async () => {
  for (const item of made) {
    if (path.isAbsolute(item)) await rm(item, { recursive: true, force: true });
    else await dropDatabase(inject('adminUrl'), item);
  }
});

/** `pg_locks` tells of the whole cluster, and other test files migrate databases of their own meanwhile. */
const HERE = 'database = (SELECT oid FROM pg_database WHERE datname = current_database())';

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
    expect(applied.flat().sort()).toEqual((await migrationNames()).sort());
  });

  it('may hold semicolons in strings and comments', async () => {
    const url = await emptyDatabase();
    const root = await repositoryWith(`-- one; two\nCREATE TABLE "Note" AS SELECT 'a;b' AS text;`);
    await applyMigrations(url, root);
    expect(await query(url, 'SELECT text FROM "Note"')).toEqual([{ text: 'a;b' }]);
  });

  it('may hold functions, whose body has a BEGIN of its own', async () => {
    const url = await emptyDatabase();
    const body = 'BEGIN\n  RETURN 7;\nEND;';
    const root = await repositoryWith(`CREATE FUNCTION seven() RETURNS int LANGUAGE plpgsql AS $$\n${body}\n$$;`);
    await applyMigrations(url, root);
    expect(await query(url, 'SELECT seven()')).toEqual([{ seven: 7 }]);
  });
});

describe('a migration that has to wait', () => {
  const SHORT = { otherRunMs: 200, tableMs: 200 };

  it('names who holds the lock of migrations, and leaves none of its own behind', async () => {
    const url = await emptyDatabase();
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    try {
      // As Prisma's own engine does, and as a pool strands it.
      await holder.query('SELECT pg_advisory_lock(72707369)');
      const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await expect(applyMigrations(url, REPOSITORY, false, SHORT)).rejects.toThrow(
        new RegExp(`backend ${rows[0]?.pid} \\(role tests, idle\\) has held the lock of migrations`),
      );
      expect(
        await query(url, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND ${HERE} AND pid <> ${rows[0]?.pid}`),
      ).toEqual([]);
    } finally {
      await holder.end();
    }
    expect(await applyMigrations(url)).toEqual((await migrationNames()).sort());
  });

  it('gives a table up that other work holds, changes nothing, and may be run again', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url);
    const root = await repositoryWith('CREATE TABLE "Half" (id int);\nALTER TABLE "User" ADD COLUMN "extra" int;');
    const table = await lockTable(url, 'User');
    try {
      await expect(applyMigrations(url, root, false, SHORT)).rejects.toThrow(/other work held a table for too long/);
    } finally {
      await table.release();
    }
    expect(await query(url, `SELECT to_regclass('"Half"') AS half`)).toEqual([{ half: null }]);
    expect(await applyMigrations(url, root)).toEqual([EXTRA]);
  });

  it('takes as long as it takes, whatever limit its role has for statements', async () => {
    const url = await emptyDatabase();
    await query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET statement_timeout = '50ms'`);
    const root = await repositoryWith('SELECT pg_sleep(0.1);');
    expect(await applyMigrations(url, root)).toContain(EXTRA);
  });
});

describe('a mail that waited before mails had an end', () => {
  it('keeps the ten minutes of its code, or gets a day', async () => {
    const url = await emptyDatabase();
    const names = await migrationNames();
    await applyMigrations(url, await repositoryOf(names.filter((name) => !name.endsWith('_sealed_mail'))));
    const texts = ['This is the code:\n\n042137\n\nIt works.\n', 'There is an account already, since 2026.\n'];
    for (const text of texts) {
      await query(url, `INSERT INTO "Outbox" ("to", subject, text, html) VALUES ('a@b.test', 'S', $1, '<p>')`, [text]);
    }
    await applyMigrations(url);
    const lives = await query(
      url,
      `SELECT extract(epoch FROM "expiresAt" - "createdAt")::int AS seconds, sealed FROM "Outbox" ORDER BY id`,
    );
    expect(lives).toEqual([
      { seconds: 600, sealed: null },
      { seconds: 86_400, sealed: null },
    ]);
  });
});

describe('a migration that fails', () => {
  it('leaves nothing behind, is told with its file and the words of PostgreSQL, and may be mended', async () => {
    const url = await emptyDatabase();
    const root = await repositoryWith('CREATE TABLE "Half" (id int);\nINSERT INTO "Half" VALUES (1/0);');
    await expect(applyMigrations(url, root)).rejects.toThrow(
      `prisma/migrations/${EXTRA}/migration.sql: division by zero`,
    );
    expect(await query(url, `SELECT to_regclass('"Half"') AS half`)).toEqual([{ half: null }]);
    expect(await recordsOf(url)).toHaveLength((await migrationNames()).length);
    expect(await applyMigrations(url, await repositoryWith('CREATE TABLE "Half" (id int);'))).toEqual([EXTRA]);
  });

  it('leaves an empty database empty when it is the first', async () => {
    const url = await emptyDatabase();
    const root = await repositoryOf([]);
    await writeMigration('extra', 'CREATE TABLE "Half" (id int); SELECT 1/0;', new Date('2099-01-01T00:00:00Z'), root);
    await expect(applyMigrations(url, root)).rejects.toThrow(/division by zero/);
    expect(await query(url, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  });

  it('is undone with all that it did when it cannot be recorded', async () => {
    const url = await emptyDatabase();
    const noRecord = `ALTER TABLE _prisma_migrations ADD CONSTRAINT full_up CHECK (migration_name !~ 'extra')`;
    const root = await repositoryWith(`CREATE TABLE "Half" (id int); ${noRecord};`);
    await expect(applyMigrations(url, root)).rejects.toThrow(/full_up/);
    expect(await query(url, `SELECT to_regclass('"Half"') AS half`)).toEqual([{ half: null }]);
  });

  it('may hold no statement that cannot run in a transaction', async () => {
    const url = await emptyDatabase();
    const root = await repositoryWith('CREATE INDEX CONCURRENTLY "Slow" ON "User" (name);');
    await expect(applyMigrations(url, root)).rejects.toThrow(
      `${EXTRA}/migration.sql: CREATE INDEX CONCURRENTLY cannot run inside a transaction block`,
    );
    expect(await recordsOf(url)).toHaveLength((await migrationNames()).length);
  });

  it.each([
    'BEGIN;\nCREATE TABLE "Half" (id int);\nCOMMIT;',
    'CREATE TABLE "Half" (id int); commit;\nSELECT 1/0;',
    '  ROLLBACK ;',
    'START TRANSACTION;',
  ])('is refused before it runs when it ends its transaction by itself: %j', async (sql) => {
    const url = await emptyDatabase();
    await expect(applyMigrations(url, await repositoryWith(sql))).rejects.toThrow(
      `${EXTRA}/migration.sql: leave BEGIN`,
    );
    expect(await query(url, `SELECT to_regclass('"Half"') AS half`)).toEqual([{ half: null }]);
  });
});

describe('a database that does not fit the migrations', () => {
  it('is refused when an applied one was edited since', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url, await repositoryWith('SELECT 1;'));
    const edited = applyMigrations(url, await repositoryWith('SELECT 2;'));
    await expect(edited).rejects.toThrow(`These migrations were edited after they were applied: ${EXTRA}`);
  });

  it('is taken when only the ends of lines were changed', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url, await repositoryWith('SELECT 1;\nSELECT 2;\n'));
    expect(await applyMigrations(url, await repositoryWith('SELECT 1;\r\nSELECT 2;\r\n'))).toEqual([]);
  });

  it('is refused when it knows a migration that is not there', async () => {
    const url = await emptyDatabase();
    await applyMigrations(url, await repositoryWith('SELECT 1;'));
    await expect(applyMigrations(url)).rejects.toThrow(
      `These migrations were applied and are not in prisma/migrations: ${EXTRA}`,
    );
  });

  it('is refused when a migration failed half-way, until its row says how that ended', async () => {
    const url = await emptyDatabase();
    const root = await repositoryWith('SELECT 1;');
    await applyWithEngine(url, await repositoryWith('SELECT 1/0;')).catch(() => undefined);
    await expect(applyMigrations(url, root)).rejects.toThrow(`These migrations failed half-way: ${EXTRA}`);
    await query(url, 'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL');
    expect(await applyMigrations(url, root)).toEqual([EXTRA]);
  });

  it('is refused when it has tables that no migration made', async () => {
    const url = await emptyDatabase();
    await query(url, 'CREATE TABLE "Invoice" (id int)');
    await expect(applyMigrations(url)).rejects.toThrow(/not empty.*"Invoice"/);
    expect(await query(url, `SELECT to_regclass('"User"') AS user`)).toEqual([{ user: null }]);
  });
});

/** Records without what differs between any two runs. */
const recordsOf = (url: string) =>
  query(
    url,
    `SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count, length(id) AS "idLength",
       finished_at >= started_at AS "isFinished" FROM _prisma_migrations ORDER BY migration_name`,
  );

describe("Prisma's own engine and ours", () => {
  it('keep the same records in the same table', async () => {
    const [byEngine, byUs] = [await emptyDatabase(), await emptyDatabase()];
    await applyWithEngine(byEngine);
    await applyMigrations(byUs);
    expect(await recordsOf(byUs)).toEqual(await recordsOf(byEngine));
    const columns = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
      FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;
    expect(await query(byUs, columns)).toEqual(await query(byEngine, columns));
    const indexes = `SELECT indexdef FROM pg_indexes WHERE tablename = '_prisma_migrations'`;
    expect(await query(byUs, indexes)).toEqual(await query(byEngine, indexes));
  });

  it('go on where the other one ended', async () => {
    const names = await migrationNames();
    const first = await repositoryOf(names.slice(0, 1));
    const [begunByEngine, begunByUs] = [await emptyDatabase(), await emptyDatabase()];
    expect(await applyWithEngine(begunByEngine, first)).toEqual(names.slice(0, 1));
    expect(await applyMigrations(begunByEngine)).toEqual(names.slice(1));
    expect(await applyWithEngine(begunByEngine)).toEqual([]);
    expect(await applyMigrations(begunByUs, first)).toEqual(names.slice(0, 1));
    expect(await applyWithEngine(begunByUs)).toEqual(names.slice(1));
    expect(await applyMigrations(begunByUs)).toEqual([]);
    expect(await missingMigrationSql(begunByUs)).toBe('');
  });

  it('wait for each other when they start at the same time', async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all([applyMigrations(url), applyWithEngine(url)]);
    expect(applied.flat().sort()).toEqual(await migrationNames());
  });
});

it('db:diff applies the migrations to the embedded PostgreSQL, and finds nothing missing', async () => {
  const printed = await runCommand('lib/server/cli/diff.ts', {}, ['nothing']);
  expect(printed).toContain('The migrations already say what schema.prisma says.');
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
