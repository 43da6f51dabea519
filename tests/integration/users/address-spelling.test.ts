import { beforeEach, describe, expect, test } from 'vitest';
import { db } from '@/lib/server/database/client';
import { respellAddresses } from '@/lib/server/users/address-spelling';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { createPerson } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';

const { url } = await useDatabase();

beforeEach(async () => {
  await db().user.deleteMany();
});

const emails = async () => {
  const users = await db().user.findMany({ select: { email: true }, orderBy: { email: 'asc' } });
  return users.map(({ email }) => email).sort();
};
const migrate = () => runCommand('lib/server/cli/migrate.ts', testEnvironment(url));

describe('npm run db:migrate', () => {
  test('writes stored addresses in their one spelling, tells what another account has, and does nothing twice', async () => {
    const ada = await createPerson({ email: 'ada@bücher.test' });
    const grace = await createPerson({ email: 'grace@bücher.test' });
    await createPerson({ email: 'grace@xn--bcher-kva.test' });
    const filler = await createPerson({ email: '\u3164@example.test' });
    await createPerson({ email: 'plain@example.test' });

    const printed = await migrate();
    expect(printed).toContain('Wrote 1 stored addresses in their one spelling.');
    expect(printed).toContain(
      `User ${grace.id}, "grace@bücher.test", was left as it is: its one spelling is grace@xn--bcher-kva.test`,
    );
    expect(printed).toContain(`User ${filler.id}, "\u3164@example.test", was left as it is: this is no address`);
    expect(printed).not.toContain('plain@');
    const afterOnce = await emails();
    expect(afterOnce).toEqual(
      [
        'ada@xn--bcher-kva.test',
        'grace@bücher.test',
        'grace@xn--bcher-kva.test',
        'plain@example.test',
        '\u3164@example.test',
      ].sort(),
    );
    expect(await db().user.findUnique({ where: { email: 'ada@xn--bcher-kva.test' } })).toMatchObject({ id: ada.id });

    const again = await migrate();
    expect(again).not.toContain('Wrote');
    expect(again).toContain(`User ${grace.id}`);
    expect(await emails()).toEqual(afterOnce);
  });
});

describe('the spelling of stored addresses', () => {
  test.each([
    ['v@𝐞xample.com', 'v@example.com'],
    ['user@ｇmail.com', 'user@gmail.com'],
    ['ünï@exämple.com', 'ünï@xn--exmple-cua.com'],
    ['Person@Example.com', 'person@example.com'],
  ])('%s becomes %s', async (stored, email) => {
    await createPerson({ email: stored });
    expect(await respellAddresses()).toEqual({ rewritten: 1, left: [] });
    expect(await emails()).toEqual([email]);
  });

  test.each([
    'first.last+tag@sub.example.co.uk',
    "o'brien@example.com",
    '_-!#$%&*/=?^`{|}~@example.com',
    '1234567890@123.com',
    'ünï@example.com',
    'a@xn--bcher-kva.de',
  ])('%s stays', async (email) => {
    await createPerson({ email });
    expect(await respellAddresses()).toEqual({ rewritten: 0, left: [] });
    expect(await emails()).toEqual([email]);
  });

  test.each(['a..b@example.test', '.a@example.test', 'a.@example.test', 'a@1.2.3.44', 'a@xn--a.com', 'a@b'])(
    '%s, which is none any more, is told and left',
    async (email) => {
      const { id } = await createPerson({ email });
      expect(await respellAddresses()).toEqual({ rewritten: 0, left: [{ id, email, wanted: null }] });
      expect(await emails()).toEqual([email]);
    },
  );

  test('of two that want one free address, one gets it', async () => {
    await createPerson({ email: 'v@𝐞xample.com' });
    await createPerson({ email: 'v@e𝐱ample.com' });
    expect(await respellAddresses()).toMatchObject({ rewritten: 1, left: [{ wanted: 'v@example.com' }] });
    expect(await emails()).toContain('v@example.com');
  });

  test('is looked at in batches, one statement for ten thousand people', async () => {
    await sql(
      url,
      `INSERT INTO "User" (id, email) SELECT 'id-' || n, 'person-' || n || '@example.test' FROM generate_series(1, 25000) n`,
    );
    await createPerson({ email: 'last@bücher.test' });
    expect(await respellAddresses()).toEqual({ rewritten: 1, left: [] });
    const { result, statements } = await countStatements(url, respellAddresses);
    expect(result).toEqual({ rewritten: 0, left: [] });
    const calls = statements.filter(({ sql: text }) => text.includes('"User"')).map((statement) => statement.calls);
    // Three batches, and one that finds the end.
    expect(calls).toEqual([4]);
  });
});
