import 'server-only';
import { db } from '@/lib/server/database/client';
import type { Prisma } from '@/lib/server/database/generated/prisma/client';
import { accountDeleted } from '@/lib/server/mail/account-messages';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';

/** Each is a statement of its own: so many before the other kinds have their turn. */
export const MOST_DELETIONS = 100;

/**
 * Deletes accounts whose time is over, up to `limit`, each by itself, with all that cascades from them. One that PostgreSQL
 * does not let go, such as for rows of the owner's own that do not cascade, holds up no other; the error comes at the end.
 *
 * @returns How many.
 */
export async function deleteDueAccounts(limit: number): Promise<number> {
  const due = await db().$queryRaw<{ id: string }[]>`
    SELECT id FROM "User" WHERE "deletesAt" <= now() ORDER BY "deletesAt" LIMIT ${limit}`;
  // Most days nothing is due, and then no key is wanted.
  if (due.length === 0) return 0;
  const mail = mailValues(await sealMail(accountDeleted()));
  let count = 0;
  const errors: unknown[] = [];
  for (const { id } of due) {
    try {
      count += await deleteAccount(id, mail);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `${errors.length} of ${due.length} accounts could not be deleted`);
  return count;
}

/**
 * With the row, and never without it, what happened to the account loses address, browser and details, and so do address and
 * browser of what the person did as an admin; the events themselves stay as long as others. The last mail goes out, and the
 * address is free. An account that somebody holds at this moment is left for later, and one that is kept after all stays.
 *
 * @returns 1 when it is gone.
 */
async function deleteAccount(id: string, mail: Prisma.Sql): Promise<number> {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    WITH due AS MATERIALIZED (
      SELECT id, email FROM "User" WHERE id = ${id} AND "deletesAt" <= now() FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM "User" WHERE id IN (SELECT id FROM due) RETURNING id
    ), stripped AS (
      UPDATE "AuditEvent" SET ip = NULL, "userAgent" = NULL, details = '{}', "repeatKey" = NULL
      WHERE "userId" = ${id} AND EXISTS (SELECT FROM due)
    ), unnamed AS (
      UPDATE "AuditEvent" SET ip = NULL, "userAgent" = NULL
      WHERE "actorId" = ${id} AND "userId" IS DISTINCT FROM ${id} AND EXISTS (SELECT FROM due)
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId") SELECT 'account_deleted', id FROM gone
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mail} FROM due
    )
    SELECT count(*)::int AS count FROM gone`;
  return row?.count ?? 0;
}
