import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import type { Transaction } from '@/lib/server/database/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { IS_ENABLED_ACCOUNT } from '@/lib/server/users/account-state';

/** A report by its owner that a change was not theirs. */
export type Report = {
  readonly linkHash: Bytes;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The way to a new password, which takes the place of the one that goes. */
  readonly mail: MailMessage;
  readonly resetHash: Bytes;
};

/**
 * Uses a link that takes a change back, whichever it was: the account has the address again to which the link was mailed,
 * its password goes, and a link to a new one is mailed there. It is not deleted any more, where somebody had asked for that:
 * nobody can sign in after such a request, so whatever link there is came before it. Every link to a new password and all that was mailed since
 * the change was asked for goes with it, so that whoever made it takes nothing back; and so do second factors and recovery
 * codes that came since, or in the day before a change of address was asked for. Factors that are older stay. Where somebody
 * else has that address meanwhile, the account keeps the one that it has, and the audit log says so. Whose account it was;
 * null when the link was used or ran out: then nothing was written.
 *
 * The person's row is locked by a statement of its own: what somebody adds to the account while it is waited for has to be
 * seen by the one that takes it away.
 */
export async function useUndoLink(report: Report, tx: Transaction): Promise<string | null> {
  const { linkHash, resetHash, ip, userAgent } = report;
  const mail = mailValues(await sealMail(report.mail));
  const [owner] = await tx.$queryRaw<{ id: string }[]>`
    SELECT u.id FROM "MailLink" l JOIN "User" u ON u.id = l."userId"
    WHERE l.hash = ${linkHash} AND l.purpose IN ('not_me', 'undo_email') AND l."usedAt" IS NULL AND l."expiresAt" > now()
      AND ${IS_ENABLED_ACCOUNT} FOR UPDATE OF u`;
  if (owner === undefined) return null;
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email, "deletesAt" FROM "User" WHERE id = ${owner.id}
    ), mine AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE hash = ${linkHash} AND purpose IN ('not_me', 'undo_email') AND "usedAt" IS NULL AND "expiresAt" > now()
        AND "userId" = (SELECT id FROM person)
      RETURNING purpose, address, coalesce("askedAt", "createdAt") AS "askedAt"
    ), entitled AS MATERIALIZED (
      SELECT p.id, p."deletesAt" IS NOT NULL AS "isLeaving", m.purpose, m.address, m."askedAt", p.email <> m.address AS "isMoved",
        m."askedAt" - CASE m.purpose WHEN 'undo_email' THEN interval '1 day' ELSE interval '0' END AS "trustedUntil",
        EXISTS (SELECT FROM "User" o WHERE o.email = m.address AND o.id <> p.id) AS "isTaken"
      FROM person p CROSS JOIN mine m
    ), restored AS (
      UPDATE "User" u SET email = CASE WHEN e."isTaken" THEN u.email ELSE e.address END, "deletesAt" = NULL
      FROM entitled e WHERE u.id = e.id AND (e."isLeaving" OR (e."isMoved" AND NOT e."isTaken"))
    ), ended AS (
      UPDATE "MailLink" l SET "usedAt" = now() FROM entitled e
      WHERE l."userId" = e.id AND l.hash <> ${linkHash} AND l."usedAt" IS NULL
        AND (l.purpose = 'reset' OR l."createdAt" > e."askedAt")
    ), forgotten AS (
      DELETE FROM "Password" WHERE "userId" IN (SELECT id FROM entitled)
    ), unapped AS (
      DELETE FROM "Totp" t USING entitled e WHERE t."userId" = e.id AND t."createdAt" >= e."trustedUntil" RETURNING e.id
    ), unkeyed AS (
      DELETE FROM "Passkey" k USING entitled e WHERE k."userId" = e.id AND k."createdAt" >= e."trustedUntil" RETURNING e.id
    ), uncoded AS (
      DELETE FROM "RecoveryCode" c USING entitled e WHERE c."userId" = e.id AND (
        c."createdAt" >= e."trustedUntil"
        OR NOT EXISTS (
          SELECT FROM "Totp" t WHERE t."userId" = e.id AND t."createdAt" < e."trustedUntil"
          UNION ALL SELECT FROM "Passkey" k WHERE k."userId" = e.id AND k."createdAt" < e."trustedUntil"
        )
      )
    ), linked AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${resetHash}, 'reset', id, address, now() + ${RESET_LINK_SECONDS} * interval '1 second' FROM entitled
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      SELECT told.type, e.id, ${ip}, ${userAgent} FROM entitled e, LATERAL (
        SELECT 'not_me_reported' AS type WHERE e.purpose = 'not_me'
        UNION ALL SELECT 'email_change_undone' WHERE e."isMoved" AND NOT e."isTaken"
        UNION ALL SELECT 'email_undo_conflict' WHERE e."isMoved" AND e."isTaken"
        UNION ALL SELECT 'account_deletion_undone' WHERE e."isLeaving"
        UNION ALL SELECT 'totp_removed' FROM unapped
        UNION ALL SELECT 'passkey_removed' FROM unkeyed
      ) told
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT address, ${mail} FROM entitled
    )
    SELECT EXISTS (SELECT FROM entitled) AS "isDone"`;
  return written?.isDone === true ? owner.id : null;
}
