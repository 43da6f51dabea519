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
 * Uses a link "It was not me": the password goes, and a link to a new one is mailed. Every link to a new password and all
 * that was mailed since goes with it, so that whoever made the change takes nothing back. The person's row is locked
 * first. False when the link was used or ran out meanwhile: then nothing was written.
 */
export async function useNotMeLink(report: Report, tx: Transaction): Promise<boolean> {
  const { linkHash, userId, resetHash, ip, userAgent } = report;
  const mail = mailValues(await sealMail(report.mail));
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User" WHERE id = ${userId} AND "disabledAt" IS NULL FOR UPDATE
    ), mine AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE hash = ${linkHash} AND purpose = 'not_me' AND "usedAt" IS NULL AND "expiresAt" > now()
        AND "userId" = (SELECT id FROM person)
      RETURNING "createdAt"
    ), entitled AS MATERIALIZED (
      SELECT p.id, p.email, m."createdAt" AS "askedAt" FROM person p CROSS JOIN mine m
    ), ended AS (
      UPDATE "MailLink" l SET "usedAt" = now() FROM entitled e
      WHERE l."userId" = e.id AND l.hash <> ${linkHash} AND l."usedAt" IS NULL
        AND (l.purpose = 'reset' OR l."createdAt" > e."askedAt")
    ), forgotten AS (
      DELETE FROM "Password" WHERE "userId" IN (SELECT id FROM entitled)
    ), linked AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${resetHash}, 'reset', id, email, now() + ${RESET_LINK_SECONDS} * interval '1 second' FROM entitled
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent") SELECT 'not_me_reported', id, ${ip}, ${userAgent} FROM entitled
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mail} FROM entitled
    )
    SELECT EXISTS (SELECT FROM entitled) AS "isDone"`;
  return written?.isDone ?? false;
}
