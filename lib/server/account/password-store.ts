import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { UNDO_LINK_SECONDS } from '@/lib/core/policy';
import type { Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';

/** What a change of password writes besides the sessions that it ends. */
export type PasswordWrite = {
  readonly userId: string;
  /** Since when the password that gives way had been set; null where there was none. */
  readonly since: Date | null;
  readonly passwordHash: string;
  readonly sessionId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Tells the owner, and holds the link by which they may say that it was not them. */
  readonly notice: MailMessage;
  readonly undoHash: Bytes;
};

/**
 * Puts a new password in the place of the one that was compared, with the audit event and the mail to the owner, and ends
 * the links to a new password that were mailed. The person's row is locked first. False when another password came in
 * between: then nothing was written.
 */
export async function writePassword(write: PasswordWrite, tx: Transaction): Promise<boolean> {
  const { userId, sessionId, undoHash, ip, userAgent } = write;
  const notice = mailValues(await sealMail(write.notice));
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User" WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT} FOR UPDATE
    ), stored AS (
      ${storePassword(write)}
    ), entitled AS MATERIALIZED (
      SELECT p.id, p.email FROM person p JOIN stored s ON s."userId" = p.id
    ), ended AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" = (SELECT id FROM entitled) AND purpose = 'reset' AND "usedAt" IS NULL
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'password_changed', id, ${sessionId}, ${ip}, ${userAgent} FROM entitled
    ), undoable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${undoHash}, 'not_me', id, email, now() + ${UNDO_LINK_SECONDS} * interval '1 second' FROM entitled
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${notice} FROM entitled
    )
    SELECT EXISTS (SELECT FROM entitled) AS "isDone"`;
  return written?.isDone ?? false;
}

/** Reads `person`, whose lock it waits for. */
const storePassword = ({ since, passwordHash }: PasswordWrite): Prisma.Sql =>
  since === null
    ? Prisma.sql`INSERT INTO "Password" ("userId", hash) SELECT id, ${passwordHash} FROM person
        ON CONFLICT DO NOTHING RETURNING "userId"`
    : Prisma.sql`UPDATE "Password" SET hash = ${passwordHash}, "changedAt" = now()
        WHERE "userId" = (SELECT id FROM person) AND "changedAt" = ${since} RETURNING "userId"`;
