import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { UNDO_LINK_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';
import { IS_OPEN_UNDO, PUBLIC_COLUMNS, type PublicUser } from '@/lib/server/users/user-store';
import type { EmailChange } from './pending-email';

type Facts = { readonly ip: string | null; readonly userAgent: string | null };

export type EmailRequest = Facts & {
  readonly jti: string;
  readonly expiresAt: EpochSeconds;
  readonly userId: string;
  readonly sessionId: string;
  readonly old: string;
  readonly email: string;
  /** True: a second factor was shown for it. */
  readonly isByFactor: boolean;
  /** Null where nothing may be sent, because the new address had its share. */
  readonly mails: {
    /** To the new address, with the code. */
    readonly code: MailMessage;
    /** To it in place of the code, where somebody has it. */
    readonly taken: MailMessage;
    /** To the old one. */
    readonly notice: MailMessage;
  } | null;
};

/**
 * Begins a change of address: the ceremony, its mails and the audit event, in one statement that does the same whoever has
 * the new address. `blocked` when a change before it may still be undone, unless a second
 * factor was shown and none has come since that was asked for: then nothing was written.
 */
export async function writeEmailRequest(request: EmailRequest): Promise<'begun' | 'taken' | 'blocked'> {
  const { jti, expiresAt, userId, sessionId, old, email, ip, userAgent, mails, isByFactor } = request;
  const [written] = await db().$queryRaw<{ isBegun: boolean; isTaken: boolean }[]>`
    WITH taken AS MATERIALIZED (
      SELECT FROM "User" WHERE email = ${email}
      UNION ALL SELECT FROM "MailLink" WHERE address = ${email} AND ${IS_OPEN_UNDO} AND "userId" <> ${userId}
    ), begun AS (
      INSERT INTO "Ceremony" (id, purpose, "expiresAt")
      SELECT ${jti}, 'email-change', to_timestamp(${expiresAt}::float8)
      WHERE NOT EXISTS (
        SELECT FROM "MailLink" l WHERE "userId" = ${userId} AND ${IS_OPEN_UNDO} AND NOT (
          ${isByFactor}::boolean AND NOT EXISTS (
            SELECT FROM "Totp" t WHERE t."userId" = ${userId} AND t."createdAt" >= coalesce(l."askedAt", l."createdAt")
            UNION ALL SELECT FROM "Passkey" k WHERE k."userId" = ${userId} AND k."createdAt" >= coalesce(l."askedAt", l."createdAt")
            UNION ALL SELECT FROM "RecoveryCode" c WHERE c."userId" = ${userId} AND c."createdAt" >= coalesce(l."askedAt", l."createdAt")
          )
        )
      )
      RETURNING id
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'email_change_requested', ${userId}, ${sessionId}, ${ip}, ${userAgent} FROM begun
    )${mails === null ? Prisma.empty : await mailed(mails, { old, email })}
    SELECT EXISTS (SELECT FROM begun) AS "isBegun", EXISTS (SELECT FROM taken) AS "isTaken"`;
  if (written?.isBegun !== true) return 'blocked';
  return written.isTaken ? 'taken' : 'begun';
}

async function mailed(
  { code, taken, notice }: NonNullable<EmailRequest['mails']>,
  { old, email }: Pick<EmailRequest, 'old' | 'email'>,
): Promise<Prisma.Sql> {
  const [coded, told, noticed] = [await sealMail(code), await sealMail(taken), await sealMail(notice)];
  return Prisma.sql`, answered AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT ${email}, ${mailValues(coded)} FROM begun WHERE NOT EXISTS (SELECT FROM taken)
      UNION ALL SELECT ${email}, ${mailValues(told)} FROM begun WHERE EXISTS (SELECT FROM taken)
      UNION ALL SELECT ${old}, ${mailValues(noticed)} FROM begun
    )`;
}

export type EmailWrite = Facts & {
  readonly jti: string;
  readonly change: EmailChange;
  readonly sessionId: string;
  /** To the old address: holds the link by which its owner has it again. */
  readonly undoMail: MailMessage;
  readonly undoHash: Bytes;
  /** To the new one. */
  readonly welcome: MailMessage;
};

/**
 * Gives the account its new address and uses the ceremony up, with the audit event and both mails, and ends the links to a
 * new password. The old address stays its owner's for as long as the change may be undone. The person's row is locked
 * first. Null when the ceremony was used, or the account or the address is another one meanwhile: then nothing was
 * written. Throws a unique violation where somebody took the address at this very moment.
 */
export async function writeEmail(write: EmailWrite, tx: Transaction): Promise<PublicUser | null> {
  const { jti, change, sessionId, undoHash, ip, userAgent } = write;
  const { sub: userId, old, email, askedAt } = change;
  const undoMail = mailValues(await sealMail(write.undoMail));
  const welcome = mailValues(await sealMail(write.welcome));
  const [user] = await tx.$queryRaw<PublicUser[]>`
    WITH person AS MATERIALIZED (
      SELECT id FROM "User" WHERE id = ${userId} AND email = ${old} AND ${IS_OPEN_ACCOUNT} FOR UPDATE
    ), used AS (
      UPDATE "Ceremony" SET "consumedAt" = now(), failures = greatest(failures - 1, 0)
      WHERE id = ${jti} AND purpose = 'email-change' AND "consumedAt" IS NULL AND EXISTS (SELECT FROM person)
        AND NOT EXISTS (SELECT FROM "MailLink" WHERE address = ${email} AND ${IS_OPEN_UNDO} AND "userId" <> ${userId})
      RETURNING id
    ), moved AS (
      UPDATE "User" u SET email = ${email} FROM used WHERE u.id = ${userId} RETURNING ${PUBLIC_COLUMNS}
    ), ended AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" = (SELECT id FROM moved) AND purpose = 'reset' AND "usedAt" IS NULL
    ), undoable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "askedAt", "expiresAt")
      SELECT ${undoHash}, 'undo_email', id, ${old}, to_timestamp(${askedAt}::float8),
        now() + ${UNDO_LINK_SECONDS} * interval '1 second' FROM moved
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT 'email_changed', id, ${sessionId}, ${ip}, ${userAgent} FROM moved
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT ${old}, ${undoMail} FROM moved UNION ALL SELECT ${email}, ${welcome} FROM moved
    )
    SELECT * FROM moved`;
  return user ?? null;
}
