import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import type { Transaction } from '@/lib/server/database/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';

/** A report by its owner that a change was not theirs. */
export type Report = {
  readonly linkHash: Bytes;
  readonly userId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The way to a new password, which takes the place of the one that goes. */
  readonly mail: MailMessage;
  readonly resetHash: Bytes;
};

/**
 * Uses a link that takes a change back, whichever it was: the account has the address again to which the link was mailed,
 * its password goes, and a link to a new one is mailed there. Every link to a new password and all that was mailed since
 * the change was asked for goes with it, so that whoever made it takes nothing back. Where somebody else has that address
 * meanwhile, the account keeps the one that it has, and the audit log says so. The person's row is locked first. False when
 * the link was used or ran out meanwhile: then nothing was written.
 */
export async function useUndoLink(report: Report, tx: Transaction): Promise<boolean> {
  const { linkHash, userId, resetHash, ip, userAgent } = report;
  const mail = mailValues(await sealMail(report.mail));
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User" WHERE id = ${userId} AND "disabledAt" IS NULL FOR UPDATE
    ), mine AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE hash = ${linkHash} AND purpose IN ('not_me', 'undo_email') AND "usedAt" IS NULL AND "expiresAt" > now()
        AND "userId" = (SELECT id FROM person)
      RETURNING purpose, address, coalesce("askedAt", "createdAt") AS "askedAt"
    ), entitled AS MATERIALIZED (
      SELECT p.id, m.purpose, m.address, m."askedAt", p.email <> m.address AS "isMoved",
        EXISTS (SELECT FROM "User" o WHERE o.email = m.address AND o.id <> p.id) AS "isTaken"
      FROM person p CROSS JOIN mine m
    ), restored AS (
      UPDATE "User" u SET email = e.address FROM entitled e WHERE u.id = e.id AND e."isMoved" AND NOT e."isTaken"
    ), ended AS (
      UPDATE "MailLink" l SET "usedAt" = now() FROM entitled e
      WHERE l."userId" = e.id AND l.hash <> ${linkHash} AND l."usedAt" IS NULL
        AND (l.purpose = 'reset' OR l."createdAt" > e."askedAt")
    ), forgotten AS (
      DELETE FROM "Password" WHERE "userId" IN (SELECT id FROM entitled)
    ), linked AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${resetHash}, 'reset', id, address, now() + ${RESET_LINK_SECONDS} * interval '1 second' FROM entitled
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      SELECT told.type, e.id, ${ip}, ${userAgent} FROM entitled e, LATERAL (
        SELECT 'not_me_reported' AS type WHERE e.purpose = 'not_me'
        UNION ALL SELECT 'email_change_undone' WHERE e."isMoved" AND NOT e."isTaken"
        UNION ALL SELECT 'email_undo_conflict' WHERE e."isMoved" AND e."isTaken"
      ) told
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT address, ${mail} FROM entitled
    )
    SELECT EXISTS (SELECT FROM entitled) AS "isDone"`;
  return written?.isDone ?? false;
}
