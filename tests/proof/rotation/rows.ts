import { db } from '@/lib/server/database/client';
import { Prisma, type SessionEndReason } from '@/lib/server/database/generated/prisma/client';

/** A session's row, with times seen from the database's now. */
export type RowNow = {
  readonly counter: number;
  /** Since the counter last rose; null while it never did. */
  readonly ageSeconds: number | null;
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly isEnded: boolean;
  readonly endReason: SessionEndReason | null;
  /** The stored times themselves, to write them back. */
  readonly rotatedAt: Date | null;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly endedAt: Date | null;
};

const seconds = (time: Prisma.Sql) => Prisma.sql`extract(epoch FROM ${time})::float8`;

const COLUMNS = Prisma.sql`
  counter::float8 AS counter, ${seconds(Prisma.sql`now() - "rotatedAt"`)} AS "ageSeconds",
  ${seconds(Prisma.sql`"idleExpiresAt" - now()`)} AS "idleSeconds",
  ${seconds(Prisma.sql`"absoluteExpiresAt" - now()`)} AS "absoluteSeconds",
  "endedAt" IS NOT NULL AS "isEnded", "endReason"::text AS "endReason",
  "rotatedAt", "idleExpiresAt", "absoluteExpiresAt", "endedAt"`;

/** Reads it. Rejects where the session is gone. */
export async function readRow(sessionId: string): Promise<RowNow> {
  return theOnly(await db().$queryRaw<RowNow[]>`SELECT ${COLUMNS} FROM "Session" WHERE id = ${sessionId}`);
}

/** Lets time pass for a session: its past moves back, and no clock has to be a false one. The row after it. */
export async function moveBack(sessionId: string, bySeconds: number): Promise<RowNow> {
  return theOnly(
    await db().$queryRaw<RowNow[]>`
    UPDATE "Session" SET "rotatedAt" = "rotatedAt" - ${bySeconds} * interval '1 second',
      "idleExpiresAt" = "idleExpiresAt" - ${bySeconds} * interval '1 second',
      "absoluteExpiresAt" = "absoluteExpiresAt" - ${bySeconds} * interval '1 second'
    WHERE id = ${sessionId} RETURNING ${COLUMNS}`,
  );
}

function theOnly([row]: readonly RowNow[]): RowNow {
  if (row === undefined) throw new Error('The session is gone');
  return row;
}

/** What a restore does to a session: its row is as it was, moved back by the time since, and a revocation since is gone. */
export async function restoreRow(sessionId: string, row: RowNow, agoSeconds: number): Promise<void> {
  const moved = (time: Date | null) =>
    Prisma.sql`${time?.toISOString() ?? null}::timestamptz - ${agoSeconds} * interval '1 second'`;
  await db().$executeRaw`
    WITH restored AS (
      UPDATE "Session" SET counter = ${row.counter}::bigint, "rotatedAt" = ${moved(row.rotatedAt)},
        "idleExpiresAt" = ${moved(row.idleExpiresAt)}, "absoluteExpiresAt" = ${moved(row.absoluteExpiresAt)},
        "endedAt" = ${row.endedAt?.toISOString() ?? null}::timestamptz, "endReason" = ${row.endReason}::"SessionEndReason"
      WHERE id = ${sessionId} RETURNING "statusNumber", "endedAt"
    )
    DELETE FROM "Revocation" r USING restored WHERE r."statusNumber" = restored."statusNumber" AND restored."endedAt" IS NULL`;
}

/** Of sessions that ended: whether the status lists are told so. */
export async function publishedEndings(): Promise<{ readonly told: number; readonly untold: number }> {
  const [row] = await db().$queryRaw<{ told: number; untold: number }[]>`
    SELECT count(r."statusNumber")::int AS told, (count(*) - count(r."statusNumber"))::int AS untold
    FROM "Session" s LEFT JOIN "Revocation" r ON r."statusNumber" = s."statusNumber" WHERE s."endedAt" IS NOT NULL`;
  return row ?? { told: 0, untold: 0 };
}

/** Mails that wait to be sent. */
export const waitingMails = (): Promise<number> => db().outbox.count();
