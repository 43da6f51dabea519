import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { FACTOR_RESET_SECONDS, FACTOR_RESET_WAIT_SECONDS } from '@/lib/core/policy';
import { db, type Transaction } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, sealMail } from '@/lib/server/mail/sealed-mail';

export type ResetRequest = {
  readonly userId: string;
  /** The admin; null from the command line. */
  readonly requestedBy: string | null;
  readonly reason: string;
  readonly facts: RequestFacts | null;
  /** Tells the owner, and holds the link that stops it. */
  readonly mail: MailMessage;
  readonly stopHash: Bytes;
};

/** Times of a reset of second factors that is open. */
export type OpenReset = { readonly notBefore: Date; readonly expiresAt: Date };

/**
 * Opens a reset of a person's second factors, with its link, its mail and the audit event, in one statement. One that is
 * open goes on as it is; one that ran out gives way. Null for whoever has no second factor.
 */
export async function writeResetRequest(request: ResetRequest): Promise<(OpenReset & { isNew: boolean }) | null> {
  const { userId, requestedBy, reason, facts, stopHash } = request;
  const mail = mailValues(await sealMail(request.mail));
  const [row] = await db().$queryRaw<(OpenReset & { isNew: boolean })[]>`
    WITH person AS MATERIALIZED (
      SELECT id, email FROM "User" u WHERE id = ${userId} AND (
        EXISTS (SELECT FROM "Totp" t WHERE t."userId" = u.id) OR EXISTS (SELECT FROM "Passkey" k WHERE k."userId" = u.id)
      ) FOR UPDATE
    ), begun AS (
      INSERT INTO "FactorReset" AS r ("userId", "requestedBy", reason, "notBefore", "expiresAt")
      SELECT id, ${requestedBy}, ${reason}, now() + ${FACTOR_RESET_WAIT_SECONDS} * interval '1 second',
        now() + ${FACTOR_RESET_SECONDS} * interval '1 second' FROM person
      ON CONFLICT ("userId") DO UPDATE SET "requestedBy" = excluded."requestedBy", reason = excluded.reason,
        "createdAt" = now(), "notBefore" = excluded."notBefore", "expiresAt" = excluded."expiresAt"
        WHERE r."expiresAt" <= now()
      RETURNING "userId", "notBefore", "expiresAt"
    ), stoppable AS (
      INSERT INTO "MailLink" (hash, purpose, "userId", address, "expiresAt")
      SELECT ${stopHash}, 'stop_reset', p.id, p.email, b."expiresAt" FROM begun b JOIN person p ON p.id = b."userId"
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", ip, "userAgent", details)
      SELECT 'factor_reset_requested', "userId", ${requestedBy}, ${facts?.ip ?? null}, ${facts?.userAgent ?? null},
        jsonb_build_object('reason', ${reason}::text) FROM begun
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT p.email, ${mail} FROM begun b JOIN person p ON p.id = b."userId"
    )
    SELECT "notBefore", "expiresAt", true AS "isNew" FROM begun
    UNION ALL SELECT r."notBefore", r."expiresAt", false FROM "FactorReset" r JOIN person p ON p.id = r."userId"
      WHERE NOT EXISTS (SELECT FROM begun)`;
  return row ?? null;
}

/** Stops the reset that a link belongs to, and changes nothing else. False when it is another link, or used, or over. */
export async function stopReset(linkHash: Bytes, { ip, userAgent }: RequestFacts): Promise<boolean> {
  const [row] = await db().$queryRaw<{ isUsed: boolean }[]>`
    WITH used AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE hash = ${linkHash} AND purpose = 'stop_reset' AND "usedAt" IS NULL AND "expiresAt" > now()
      RETURNING "userId"
    ), stopped AS (
      DELETE FROM "FactorReset" r USING used WHERE r."userId" = used."userId" RETURNING r."userId"
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent")
      SELECT 'factor_reset_cancelled', "userId", ${ip}, ${userAgent} FROM stopped
    )
    SELECT EXISTS (SELECT FROM used) AS "isUsed"`;
  return row?.isUsed ?? false;
}

/** Stops the reset of a person that is open, whoever asked for it. False where none is. */
export async function cancelReset(
  userId: string,
  { actorId, facts }: { readonly actorId: string | null; readonly facts: RequestFacts | null },
): Promise<boolean> {
  const [row] = await db().$queryRaw<{ isStopped: boolean }[]>`
    WITH stopped AS (
      DELETE FROM "FactorReset" WHERE "userId" = ${userId} AND "expiresAt" > now() RETURNING "userId"
    ), ended AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" IN (SELECT "userId" FROM stopped) AND purpose = 'stop_reset' AND "usedAt" IS NULL
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", ip, "userAgent")
      SELECT 'factor_reset_cancelled', "userId", ${actorId}, ${facts?.ip ?? null}, ${facts?.userAgent ?? null} FROM stopped
    )
    SELECT EXISTS (SELECT FROM stopped) AS "isStopped"`;
  return row?.isStopped ?? false;
}

/** What goes with a reset, and who did it. */
export type ResetUse = {
  readonly userId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly mail: MailMessage;
  /** False: at once, whether a reset is open or not. */
  readonly mustBeDue: boolean;
};

/**
 * Takes all second factors and recovery codes of a person away, and the reset that asked for it. Before a session begins by
 * it, in the same transaction. The person's row is locked by a statement of its own, so that a factor which comes meanwhile
 * is seen. False when no reset is due, or there is nothing to take away: then nothing was written.
 */
export async function takeFactors(use: ResetUse, tx: Transaction): Promise<boolean> {
  const { userId, ip, userAgent, mustBeDue } = use;
  const mail = mailValues(await sealMail(use.mail));
  await tx.$executeRaw`SELECT id FROM "User" WHERE id = ${userId} FOR UPDATE`;
  const [row] = await tx.$queryRaw<{ isDone: boolean }[]>`
    WITH person AS MATERIALIZED (
      SELECT u.id, u.email FROM "User" u WHERE u.id = ${userId} AND (
        NOT ${mustBeDue}::boolean OR EXISTS (
          SELECT FROM "FactorReset" r WHERE r."userId" = u.id AND r."notBefore" <= now() AND r."expiresAt" > now()
        )
      )
    ), closed AS (
      DELETE FROM "FactorReset" WHERE "userId" IN (SELECT id FROM person)
    ), unapped AS (
      DELETE FROM "Totp" WHERE "userId" IN (SELECT id FROM person) RETURNING "userId"
    ), unkeyed AS (
      DELETE FROM "Passkey" WHERE "userId" IN (SELECT id FROM person) RETURNING "userId"
    ), uncoded AS (
      DELETE FROM "RecoveryCode" WHERE "userId" IN (SELECT id FROM person)
    ), done AS MATERIALIZED (
      SELECT id, email FROM person
      WHERE EXISTS (SELECT FROM unapped) OR EXISTS (SELECT FROM unkeyed)
    ), ended AS (
      UPDATE "MailLink" SET "usedAt" = now()
      WHERE "userId" IN (SELECT id FROM done) AND purpose = 'stop_reset' AND "usedAt" IS NULL
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", ip, "userAgent") SELECT 'factors_reset', id, ${ip}, ${userAgent} FROM done
    ), mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS}) SELECT email, ${mail} FROM done
    )
    SELECT EXISTS (SELECT FROM done) AS "isDone"`;
  return row?.isDone ?? false;
}
