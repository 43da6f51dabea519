import 'server-only';
import type { Transaction } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';
import { IS_OPEN_ACCOUNT } from '@/lib/server/users/account-state';

/** What is taken away: the authenticator app, of which there is one, or the passkey of that id. */
export type RemovedFactor = { readonly kind: 'totp' } | { readonly kind: 'passkey'; readonly id: string };

export type RemovalWrite = {
  readonly userId: string;
  readonly factor: RemovedFactor;
  /** Of the factors by which it was decided whether this is the last. */
  readonly factorsVersion: number;
  readonly isLast: boolean;
  readonly sessionId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly notice: MailMessage;
};

/**
 * Deletes a second factor of a person, with the last one their recovery codes, and tells them, in one statement. The
 * person's row is locked first. False when it is gone or never was theirs, or a factor came or went meanwhile: then nothing
 * was written.
 */
export async function writeRemoval(write: RemovalWrite, tx: Transaction): Promise<boolean> {
  const { userId, factor, factorsVersion, isLast, sessionId, ip, userAgent } = write;
  const notice = mailValues(await sealMail(write.notice));
  const event = Prisma.sql`"AuditEvent" (type, "userId", "sessionId", ip, "userAgent", details)`;
  const about = Prisma.sql`"userId", ${sessionId}, ${ip}, ${userAgent}`;
  const [removed, audited] =
    factor.kind === 'totp'
      ? [
          Prisma.sql`DELETE FROM "Totp" WHERE "userId" = (SELECT id FROM person) RETURNING "userId"`,
          Prisma.sql`INSERT INTO ${event} SELECT 'totp_removed', ${about}, '{}'::jsonb FROM removed`,
        ]
      : [
          Prisma.sql`DELETE FROM "Passkey" WHERE id = ${factor.id} AND "userId" = (SELECT id FROM person) RETURNING "userId"`,
          Prisma.sql`INSERT INTO ${event} SELECT 'passkey_removed', ${about}, jsonb_build_object('passkey', ${factor.id}::text) FROM removed`,
        ];
  const [written] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User"
      WHERE id = ${userId} AND ${IS_OPEN_ACCOUNT} AND "factorsVersion" = ${factorsVersion} FOR UPDATE
    ), removed AS (
      ${removed}
    ), uncoded AS (
      DELETE FROM "RecoveryCode" WHERE ${isLast}::boolean AND "userId" = (SELECT "userId" FROM removed)
    ), audited AS (
      ${audited}
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT p.email, ${notice} FROM person p JOIN removed r ON r."userId" = p.id
    )
    SELECT EXISTS (SELECT FROM removed) AS "isDone"`;
  return written?.isDone ?? false;
}
