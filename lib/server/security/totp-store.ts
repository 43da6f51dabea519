import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { UNDO_LINK_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { markUsed } from '@/lib/server/ceremonies/ceremony-store';
import type { Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import type { Bucket } from '@/lib/server/rate-limit/buckets';
import { forgotten } from '@/lib/server/rate-limit/limiter';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { insertCodes, type NewRecoveryCodes } from './new-recovery-codes';

export type TotpWrite = {
  readonly jti: string;
  readonly exp: EpochSeconds;
  readonly userId: string;
  /** Of the factors by which it was decided whether this is the first. */
  readonly factorsVersion: number;
  readonly secret: Bytes;
  readonly keyId: string;
  /** Of the code that turned it on: it is not taken a second time. */
  readonly step: number;
  readonly recoveryCodes: NewRecoveryCodes | null;
  /** Where its codes were counted. */
  readonly bucket: Bucket;
  readonly sessionId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Tells the owner, and holds the link by which they may say that it was not them. */
  readonly notice: MailMessage;
  readonly undoHash: Bytes;
};

/**
 * Stores an authenticator app and the recovery codes that come with it, uses its ceremony up, and tells the owner, in one
 * statement. The person's row is locked first. False when the ceremony was used, or a factor came or went meanwhile: then
 * nothing was written.
 */
export async function writeTotp(write: TotpWrite, tx: Transaction): Promise<boolean> {
  const { userId, factorsVersion, secret, keyId, step, recoveryCodes, bucket } = write;
  const { sessionId, ip, userAgent, undoHash } = write;
  const notice = mailValues(await sealMail(write.notice));
  const codes =
    recoveryCodes === null ? Prisma.empty : Prisma.sql`, coded AS (${insertCodes(recoveryCodes, Prisma.sql`added`)})`;
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User"
      WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT} AND "factorsVersion" = ${factorsVersion} FOR UPDATE
    ), used AS (
      ${markUsed('totp-new', write, Prisma.sql`person`)}
    ), added AS (
      INSERT INTO "Totp" ("userId", secret, "keyId", "lastStep")
      SELECT p.id, ${secret}, ${keyId}, ${step}::bigint FROM person p CROSS JOIN used
      ON CONFLICT DO NOTHING RETURNING "userId"
    ), entitled AS MATERIALIZED (
      SELECT p.id, p.email FROM person p JOIN added a ON a."userId" = p.id
    )${codes}, audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'totp_added', id, ${sessionId}, ${ip}, ${userAgent} FROM entitled
    ), undoable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${undoHash}, 'not_me', id, email, now() + ${UNDO_LINK_SECONDS} * interval '1 second' FROM entitled
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${notice} FROM entitled
    ),${forgotten([bucket])}
    SELECT EXISTS (SELECT FROM entitled) AS "isDone"`;
  return written?.isDone ?? false;
}
