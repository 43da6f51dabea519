import 'server-only';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import { STATUS_NUMBERS } from '@/lib/core/session-status';
import { db, type Transaction } from '@/lib/server/database/client';
import { noteStale } from '@/lib/server/database/live-state';

/**
 * Says that what tokens say of a person is true no more, such as a plan or a permission that `claimsOf` of claims.ts gives. Nobody
 * is signed out: browsers are given a new token on their next request, programs are told to refresh theirs. This process
 * refuses the old tokens at once, every verifier within the budget of the status list.
 *
 * Call it after the change, or in its transaction `tx`: then both happen or none, and this process knows it within a
 * second, as the others do. Rejects when the database does not answer.
 */
export async function claimsChanged(userId: string, tx?: Transaction): Promise<void> {
  if (tx !== undefined) return void (await markStaleWith(tx, userId));
  noteStale(await db().$transaction((own) => markStaleWith(own, userId)));
}

/**
 * Calls the tokens of a person's sessions stale, in the transaction `tx`: once that is committed, call `noteStale` with what
 * this gives. The person is locked first, in a statement of its own: a session that begins meanwhile is seen by the second,
 * or begins after it, with the new claims.
 */
async function markStaleWith(tx: Transaction, userId: string): Promise<readonly number[]> {
  await tx.$executeRaw`SELECT FROM "User" WHERE id = ${userId} FOR UPDATE`;
  return markStaleOfLocked(tx, userId);
}

/**
 * The same for a person whose row an earlier statement of `tx` has locked. Each session goes on under a new status number, so
 * that the tokens that it is given from now on are good.
 */
export async function markStaleOfLocked(tx: Transaction, userId: string): Promise<readonly number[]> {
  const marked = await tx.$queryRaw<{ number: number }[]>`
    WITH going AS MATERIALIZED (
      SELECT id, "statusNumber" FROM "Session"
      WHERE "userId" = ${userId} AND "endedAt" IS NULL
        AND "absoluteExpiresAt" > now() - ${REVOCATION_RETENTION_SECONDS} * interval '1 second'
      ORDER BY id FOR UPDATE
    ), renumbered AS (
      UPDATE "Session" s SET "statusNumber" = DEFAULT FROM going WHERE s.id = going.id
    ), marked AS (
      INSERT INTO "Revocation" ("statusNumber", status, "keepUntil")
      SELECT "statusNumber", ${STATUS_NUMBERS.stale}, now() + ${REVOCATION_RETENTION_SECONDS} * interval '1 second'
      FROM going ON CONFLICT DO NOTHING
    )
    SELECT "statusNumber"::float8 AS number FROM going`;
  return marked.map(({ number }) => number);
}
