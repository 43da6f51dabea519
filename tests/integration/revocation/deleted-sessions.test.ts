import { expect, test } from 'vitest';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import { db } from '@/lib/server/database/client';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { endOtherSessions } from '@/lib/server/sessions/list';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, prepareSession, sessionRow } from '@/tests/support/people';

const { url } = await useDatabase();

const revocations = (numbers: readonly bigint[]) =>
  sql<{ number: string; seconds: number }>(
    url,
    `SELECT "statusNumber"::text AS number, extract(epoch FROM "keepUntil" - "revokedAt")::float8 AS seconds
     FROM "Revocation" WHERE "statusNumber" = ANY($1) ORDER BY 1`,
    [numbers],
  );
const numberOf = async (id: string) => (await sessionRow(id)).statusNumber;

test('every live session of a deleted person is revoked for as long as any other that ends', async () => {
  const person = await createPerson();
  const sessions = [await prepareSession(person), await prepareSession(person)];
  const numbers = await Promise.all(sessions.map(({ id }) => numberOf(id)));
  await sql(url, 'DELETE FROM "User" WHERE id = $1', [person.id]);
  const written = await revocations(numbers);
  expect(written.map(({ number }) => BigInt(number))).toEqual([...numbers].sort());
  for (const { seconds } of written) expect(seconds).toBeCloseTo(REVOCATION_RETENTION_SECONDS, 2);
});

test('nothing is written a second time for a session that ended before', async () => {
  const person = await createPerson();
  const [kept, ended] = [await prepareSession(person), await prepareSession(person)];
  const facts = { userAgent: null, device: null, ip: null };
  await endOtherSessions({ sub: person.id, sid: kept.id }, facts);
  const numbers = [await numberOf(ended.id)];
  await sql(url, `UPDATE "Revocation" SET "keepUntil" = "revokedAt" + interval '1 s' WHERE "statusNumber" = ANY($1)`, [
    numbers,
  ]);
  await sql(url, 'DELETE FROM "Session" WHERE id = $1', [ended.id]);
  expect((await revocations(numbers)).map(({ seconds }) => seconds)).toEqual([1]);
});

test('the daily cleaning of what ran out long ago fills no list', async () => {
  const { id } = await prepareSession();
  const numbers = [await numberOf(id)];
  await sql(
    url,
    `UPDATE "Session" SET "absoluteExpiresAt" = now() - interval '31 days', "idleExpiresAt" = now() - interval '31 days',
     "createdAt" = now() - interval '61 days' WHERE id = $1`,
    [id],
  );
  expect((await deleteExpired()).deleted.sessions).toBe(1);
  expect(await db().session.count({ where: { id } })).toBe(0);
  expect(await revocations(numbers)).toEqual([]);
});
