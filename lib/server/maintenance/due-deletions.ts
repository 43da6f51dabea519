import 'server-only';
import { db } from '@/lib/server/database/client';
import { accountDeleted } from '@/lib/server/mail/account-messages';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';

/** With everything that goes with each, such as their sessions: far below the limit of a statement's time. */
export const MOST_DELETIONS = 100;

/**
 * Deletes accounts whose time is over, up to `limit`, and all that cascades from them. With the row, and never without it,
 * what happened to the account loses address, browser and details, and so do address and browser of what the person did as an
 * admin; the events themselves stay as long as others. The last mail goes out, and the address is free. An account that
 * somebody holds at this moment is left for later.
 *
 * @returns How many.
 */
export async function deleteDueAccounts(limit: number): Promise<number> {
  // Most days nothing is due, and then no key is wanted.
  const due = await db().$queryRaw<object[]>`SELECT FROM "User" WHERE "deletesAt" <= now() LIMIT 1`;
  if (due.length === 0) return 0;
  const mail = mailValues(await sealMail(accountDeleted()));
  const [row] = await db().$queryRaw<{ count: number }[]>`
    WITH due AS MATERIALIZED (
      SELECT id, email FROM "User" WHERE "deletesAt" <= now() ORDER BY "deletesAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM "User" WHERE id IN (SELECT id FROM due) RETURNING id
    ), stripped AS (
      UPDATE "AuditEvent" SET ip = NULL, "userAgent" = NULL, details = '{}', "repeatKey" = NULL
      WHERE "userId" IN (SELECT id FROM due)
    ), unnamed AS (
      UPDATE "AuditEvent" SET ip = NULL, "userAgent" = NULL
      WHERE "actorId" IN (SELECT id FROM due) AND ("userId" IS NULL OR "userId" NOT IN (SELECT id FROM due))
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId") SELECT 'account_deleted', id FROM gone
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mail} FROM due
    )
    SELECT count(*)::int AS count FROM gone`;
  return row?.count ?? 0;
}
