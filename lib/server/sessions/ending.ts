import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import type { AuditType } from '@/lib/server/audit/audit-log';
import { db } from '@/lib/server/database/client';
import { Prisma, type SessionEndReason } from '@/lib/server/database/generated/prisma/client';
import { noteEnded } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import type { MailMessage } from '@/lib/server/mail/messages';
import { MAIL_COLUMNS, mailValues, type SealedMail, sealMail } from '@/lib/server/mail/sealed-mail';

/**
 * Which live sessions to end. An id alone reaches nothing: with it comes the owner who asks, or the session's secret as
 * the proof of having a token of it.
 */
export type EndingScope =
  | { readonly sessionId: string; readonly secretHash: Bytes }
  | { readonly userId: string; readonly sessionId: string }
  | { readonly userId: string; readonly exceptSessionId?: string };

export type Ending = {
  readonly reason: SessionEndReason;
  readonly audit: AuditType;
  readonly facts: RequestFacts | null;
  /** Sent to the owner once for each session that ends here. */
  readonly mail?: MailMessage;
};

/**
 * Ends sessions: rows, revocations, audit events and mail in one statement, so that either all of it holds or none.
 * A session that was already over is left alone: nothing is written twice. Returns how many ended here. This process
 * refuses their tokens at once, every other within the budget of the status list.
 */
export async function endSessions(scope: EndingScope, ending: Ending): Promise<number> {
  const { reason, audit, facts, mail } = ending;
  const mailed = mail === undefined ? Prisma.empty : mailToOwners(await sealMail(mail));
  const rows = await db().$queryRaw<{ statusNumber: number }[]>`
    WITH ended AS (
      UPDATE "Session" SET "endedAt" = now(), "endReason" = ${reason}::"SessionEndReason"
      WHERE ${condition(scope)} AND "endedAt" IS NULL
      RETURNING id, "userId", "statusNumber"
    ), revoked AS (
      INSERT INTO "Revocation" ("statusNumber", "keepUntil")
      SELECT "statusNumber", now() + ${REVOCATION_RETENTION_SECONDS} * interval '1 second' FROM ended
      ON CONFLICT DO NOTHING
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "sessionId", ip, "userAgent")
      SELECT ${audit}, "userId", id, ${facts?.ip ?? null}, ${facts?.userAgent ?? null} FROM ended
    )${mailed}
    SELECT "statusNumber"::float8 AS "statusNumber" FROM ended`;
  noteEnded(rows.map((row) => row.statusNumber));
  return rows.length;
}

const mailToOwners = (mail: SealedMail): Prisma.Sql => Prisma.sql`, mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT u.email, ${mailValues(mail)} FROM ended JOIN "User" u ON u.id = ended."userId")`;

function condition(scope: EndingScope): Prisma.Sql {
  if ('secretHash' in scope) return Prisma.sql`id = ${scope.sessionId} AND "secretHash" = ${scope.secretHash}`;
  if ('sessionId' in scope) return Prisma.sql`id = ${scope.sessionId} AND "userId" = ${scope.userId}`;
  return Prisma.sql`"userId" = ${scope.userId} AND id IS DISTINCT FROM ${scope.exceptSessionId ?? null}`;
}
