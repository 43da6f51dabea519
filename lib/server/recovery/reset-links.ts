import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { RESET_LINK_SECONDS, UNDO_LINK_SECONDS } from '@/lib/core/policy';
import { db, type Transaction } from '@/lib/server/database/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';

/**
 * Writes a link to a new password and its mail, for whoever has that address. Where nobody has it, or the account is
 * disabled, both rows are decoys: one statement, and the same work in either case.
 *
 * @returns Whose link it is; null for a decoy. For the audit log, and for nothing that a visitor could see or time.
 */
export async function writeResetLink(email: string, hash: Bytes, message: MailMessage): Promise<string | null> {
  const mail = mailValues(await sealMail(message));
  const [written] = await db().$queryRaw<{ userId: string | null }[]>`
    WITH person AS MATERIALIZED (
      SELECT id FROM "User" WHERE email = ${email} AND ${IS_OPEN_ACCOUNT}
    ), linked AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      VALUES (${hash}, 'reset', (SELECT id FROM person), ${email}, now() + ${RESET_LINK_SECONDS} * interval '1 second')
    ), mailed AS (
      INSERT INTO "Outbox" ("to", discard, ${MAIL_COLUMNS})
      VALUES (${email}, NOT EXISTS (SELECT FROM person), ${mail})
    )
    SELECT (SELECT id FROM person) AS "userId"`;
  return written?.userId ?? null;
}

/** What a reset writes besides the sessions that it ends. */
export type Reset = {
  readonly linkHash: Bytes;
  readonly userId: string;
  readonly passwordHash: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Tells the owner, and holds the link by which they may say that it was not them. */
  readonly notice: MailMessage;
  readonly undoHash: Bytes;
};

/**
 * Uses a link: the new password, the audit event and the mail to the owner, and with it every other reset link of the
 * person is used up. The person's row is locked before any link, so that two links of one person at once wait for each
 * other instead of blocking each other. False when the link was used or ran out meanwhile: then nothing was written.
 */
export async function useResetLink(reset: Reset, tx: Transaction): Promise<boolean> {
  const { linkHash, userId, passwordHash, undoHash, ip, userAgent } = reset;
  const notice = mailValues(await sealMail(reset.notice));
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User" WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT} FOR UPDATE
    ), used AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" = (SELECT id FROM person) AND purpose = 'reset' AND "usedAt" IS NULL AND EXISTS (
        SELECT FROM "MailLink" WHERE hash = ${linkHash} AND "userId" = ${userId} AND "usedAt" IS NULL AND "expiresAt" > now()
      )
      RETURNING hash
    ), entitled AS MATERIALIZED (
      SELECT p.id, p.email FROM person p WHERE EXISTS (SELECT FROM used WHERE hash = ${linkHash})
    ), stored AS (
      INSERT INTO "Password" ("userId", hash) SELECT id, ${passwordHash} FROM entitled
      ON CONFLICT ("userId") DO UPDATE SET hash = excluded.hash, "changedAt" = now()
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent") SELECT 'password_reset', id, ${ip}, ${userAgent} FROM entitled
    ), undoable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${undoHash}, 'not_me', id, email, now() + ${UNDO_LINK_SECONDS} * interval '1 second' FROM entitled
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${notice} FROM entitled
    )
    SELECT EXISTS (SELECT FROM entitled) AS "isDone"`;
  return written?.isDone ?? false;
}
