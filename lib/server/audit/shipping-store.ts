import 'server-only';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';

/** Longer than several rounds: a process that lives keeps its turn, and one that is gone loses it soon. */
const TURN_SECONDS = 15;
/**
 * An event has the time at which its transaction began, and is seen when that ends: none of ours takes as long as this. It
 * is read again and again for so long, and told once.
 */
const OVERLAP_SECONDS = 60;
/** Events of one statement at most. */
export const PAGE_ROWS = 5_000;

/** What of an event leaves the database: what happened, when, to which ids. */
export type StoredEvent = {
  readonly id: bigint;
  readonly at: Date;
  readonly type: string;
  readonly userId: string | null;
  readonly actorId: string | null;
  readonly sessionId: string | null;
  /** Of a change of role: the new one. */
  readonly role: string | null;
};

/** That a session ended. `sessionId` and `userId` are null where it was deleted. */
export type StoredEnd = {
  readonly statusNumber: number;
  readonly at: Date;
  readonly sessionId: string | null;
  readonly userId: string | null;
  readonly why: string | null;
};

/**
 * Takes or keeps the turn to ship, and writes down how far that is: from where to read, in ISO 8601, and now. Null while it
 * is somebody else's. The first turn ever reads what happened in the minute before it.
 *
 * @param shippedUntil Null: this process has shipped nothing yet.
 */
export async function takeTurn(
  holder: string,
  shippedUntil: string | null,
): Promise<{ readonly from: string; readonly now: string } | null> {
  const [row] = await db().$queryRaw<{ from: string; now: string }[]>`
    INSERT INTO "AuditShipping" AS s (holder, "heldUntil") VALUES (${holder}, now() + ${TURN_SECONDS} * interval '1 second')
    ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, "heldUntil" = excluded."heldUntil",
      "shippedUntil" = greatest(s."shippedUntil", ${shippedUntil}::timestamptz)
    WHERE s.holder = ${holder} OR s."heldUntil" < now()
    RETURNING ${inIso(Prisma.sql`"shippedUntil" - ${OVERLAP_SECONDS} * interval '1 second'`)} AS "from",
      ${inIso(Prisma.sql`now()`)} AS now`;
  return row ?? null;
}

const inIso = (time: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`to_char((${time}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Events since then, oldest first, after the one at `after`. */
export function eventsSince(from: string, after: StoredEvent | null): Promise<StoredEvent[]> {
  const at = after?.at.toISOString() ?? from;
  return db().$queryRaw<StoredEvent[]>`
    SELECT id, at, type, "userId", "actorId", "sessionId",
      CASE WHEN type = 'role_changed' THEN details->>'to' END AS role
    FROM "AuditEvent" WHERE at >= ${at}::timestamptz AND (at, id) > (${at}::timestamptz, ${after?.id ?? 0n})
    ORDER BY at, id LIMIT ${PAGE_ROWS}`;
}

/**
 * Sessions that ended since then, by what every way to end one writes: a session that gives way to its successor has no event
 * of its own, and one that was deleted by hand neither.
 */
export const endsSince = (from: string): Promise<StoredEnd[]> => db().$queryRaw<StoredEnd[]>`
    SELECT r."statusNumber"::float8 AS "statusNumber", r."revokedAt" AS at, s.id AS "sessionId", s."userId",
      s."endReason"::text AS why
    FROM "Revocation" r LEFT JOIN "Session" s ON s."statusNumber" = r."statusNumber"
    WHERE r."keepUntil" > ${from}::timestamptz + ${REVOCATION_RETENTION_SECONDS} * interval '1 second' AND r.status = 1`;
