import 'server-only';
import type { Transaction } from '@/lib/server/database/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';

export type RemovalWrite = {
  readonly userId: string;
  /** Of the factors by which it was decided whether this is the last. */
  readonly factorsVersion: number;
  readonly isLast: boolean;
  readonly sessionId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly notice: MailMessage;
};

/**
 * Deletes the authenticator app of a person, with the last factor their recovery codes, and tells them, in one statement.
 * The person's row is locked first. False when it is gone, or a factor came or went meanwhile: then nothing was written.
 */
export async function writeRemoval(write: RemovalWrite, tx: Transaction): Promise<boolean> {
  const { userId, factorsVersion, isLast, sessionId, ip, userAgent } = write;
  const notice = mailValues(await sealMail(write.notice));
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User"
      WHERE id = ${userId} AND "disabledAt" IS NULL AND "factorsVersion" = ${factorsVersion} FOR UPDATE
    ), removed AS (
      DELETE FROM "Totp" WHERE "userId" = (SELECT id FROM person) RETURNING "userId"
    ), uncoded AS (
      DELETE FROM "RecoveryCode" WHERE ${isLast}::boolean AND "userId" = (SELECT "userId" FROM removed)
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'totp_removed', "userId", ${sessionId}, ${ip}, ${userAgent} FROM removed
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT p.email, ${notice} FROM person p JOIN removed r ON r."userId" = p.id
    )
    SELECT EXISTS (SELECT FROM removed) AS "isDone"`;
  return written?.isDone ?? false;
}
