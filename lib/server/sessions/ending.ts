import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import type { AuditType } from '@/lib/server/audit/audit-log';
import { db, type Transaction } from '@/lib/server/database/client';
import { Prisma, type SessionEndReason } from '@/lib/server/database/generated/prisma/client';
import { noteEnded } from '@/lib/server/database/live-state';
import { networkNow, type RequestFacts } from '@/lib/server/http/request-facts';
import type { MailMessage } from '@/lib/server/mail/compose';
import { MAIL_COLUMNS, mailValues, type SealedMail, sealMail } from '@/lib/server/mail/sealed-mail';
import { count } from '@/lib/server/observability/telemetry';
import { isUsableFrom, noteForeignNetwork } from './home-network';

/**
 * Which live sessions to end. An id alone reaches nothing: with it comes the owner who asks, or the session's secret as
 * the proof of having a token of it.
 */
export type EndingScope =
  | { readonly sessionId: string; readonly secretHash: Bytes }
  | { readonly userId: string; readonly sessionId: string }
  | { readonly userId: string; readonly exceptSessionId?: string }
  /** Everybody's: of the operator of the server. */
  | { readonly begunBefore: Date; readonly above: bigint; readonly until: bigint }
  | { readonly sessionIds: readonly string[] }
  | { readonly statusNumbers: readonly number[] };

export type Ending = {
  readonly reason: SessionEndReason;
  readonly audit: AuditType;
  readonly facts: RequestFacts | null;
  /**
   * The session whose token asks for it. From a network that this one is not bound to, nothing ends. Null when no token
   * asks, because the decision is ours.
   */
  readonly askedBy: string | null;
  /** The admin who ends them; for the audit log. */
  readonly actorId?: string | null;
  /** Sent to the owner once for each session that ends here. */
  readonly mail?: MailMessage;
};

/** Ended by status number; whose session was asked to end one from a network that it is not bound to. */
type Outcome = { readonly endedNumbers: readonly number[]; readonly refusedUserId: string | null };

/**
 * Ends sessions: rows, revocations, audit events and mail in one statement, so that either all of it holds or none.
 * A session that was already over is left alone: nothing is written twice. Returns how many ended here. This process
 * refuses their tokens at once, every other within the budget of the status list.
 *
 * Whether the asking session may be used where the request comes from is decided here, for every way to end one.
 */
export async function endSessions(scope: EndingScope, ending: Ending): Promise<number> {
  const { endedNumbers, refusedUserId } = await endSessionsWith(db(), scope, ending);
  noteEnded(endedNumbers);
  const { askedBy, facts } = ending;
  if (askedBy !== null && refusedUserId !== null && facts !== null) {
    await noteForeignNetwork({ id: askedBy, userId: refusedUserId }, facts);
  }
  return endedNumbers.length;
}

/** The same in the transaction `tx`, with which it happens or not: once that is committed, call `noteEnded`. */
export async function endSessionsWith(tx: Transaction, scope: EndingScope, ending: Ending): Promise<Outcome> {
  const { reason, audit, facts, askedBy, actorId = null, mail } = ending;
  const network = facts === null ? null : networkNow(facts);
  const mailed = mail === undefined ? Prisma.empty : mailToOwners(await sealMail(mail));
  const [outcome] = await tx.$queryRaw<Outcome[]>`
    WITH asking AS (
      SELECT s."userId", ${isUsableFrom(network)} AS "isAtHome", s."endedAt" IS NULL AS "isLive"
      FROM "Session" s WHERE s.id = ${askedBy} AND ${proof(scope)}
    ), ended AS (
      UPDATE "Session" SET "endedAt" = now(), "endReason" = ${reason}::"SessionEndReason"
      WHERE ${condition(scope)} AND "endedAt" IS NULL
        AND (${askedBy}::text IS NULL OR EXISTS (SELECT 1 FROM asking WHERE "isAtHome"))
      RETURNING id, "userId", "statusNumber"
    ), revoked AS (
      INSERT INTO "Revocation" ("statusNumber", "keepUntil")
      SELECT "statusNumber", now() + ${REVOCATION_RETENTION_SECONDS} * interval '1 second' FROM ended
      ON CONFLICT DO NOTHING
    ), audited AS (
      INSERT INTO "AuditEvent" (type, "userId", "actorId", "sessionId", ip, "userAgent")
      SELECT ${audit}, "userId", ${actorId}, id, ${facts?.ip ?? null}, ${facts?.userAgent ?? null} FROM ended
    )${mailed}
    SELECT ARRAY(SELECT "statusNumber"::float8 FROM ended) AS "endedNumbers",
      (SELECT "userId" FROM asking WHERE "isLive" AND NOT "isAtHome") AS "refusedUserId"`;
  const { endedNumbers, refusedUserId } = outcome ?? { endedNumbers: [], refusedUserId: null };
  // A transaction that is rolled back after this has counted too much: that is rare, and no reason to hand a count around.
  count('handstamp.sessions.ended', { reason }, endedNumbers.length);
  return { endedNumbers, refusedUserId };
}

const mailToOwners = (mail: SealedMail): Prisma.Sql => Prisma.sql`, mailed AS (
      INSERT INTO "Outbox" ("to", ${MAIL_COLUMNS})
      SELECT u.email, ${mailValues(mail)} FROM ended JOIN "User" u ON u.id = ended."userId")`;

/** What the asking session must show besides its id: a token that only looks like one of its own asks for nothing. */
const proof = (scope: EndingScope): Prisma.Sql =>
  'secretHash' in scope ? Prisma.sql`s."secretHash" = ${scope.secretHash}` : Prisma.sql`true`;

function condition(scope: EndingScope): Prisma.Sql {
  if ('secretHash' in scope) return Prisma.sql`id = ${scope.sessionId} AND "secretHash" = ${scope.secretHash}`;
  if ('begunBefore' in scope) {
    const { begunBefore, above, until } = scope;
    return Prisma.sql`"statusNumber" > ${above} AND "statusNumber" <= ${until} AND "absoluteExpiresAt" > now()
        AND "createdAt" < ${begunBefore.toISOString()}::timestamptz`;
  }
  if ('sessionIds' in scope) return Prisma.sql`id = ANY(${scope.sessionIds}::text[])`;
  if ('statusNumbers' in scope) return Prisma.sql`"statusNumber" = ANY(${scope.statusNumbers}::bigint[])`;
  if ('sessionId' in scope) return Prisma.sql`id = ${scope.sessionId} AND "userId" = ${scope.userId}`;
  return Prisma.sql`"userId" = ${scope.userId} AND id IS DISTINCT FROM ${scope.exceptSessionId ?? null}`;
}
