import 'server-only';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import { MAX_COUNTED_SESSIONS } from './facts';

/** Live sessions whose newest refresh token one root secret made; null: nobody noted which. */
export type HeldSessions = { readonly refreshKeyId: number | null; readonly sessions: number; readonly until: Date };

/**
 * Live sessions by the id of the root secret, those that hold any. For each id an index is read from its end, until enough
 * live ones are counted or no more are left. What it reads besides are sessions that idled out and have not outlived
 * their absolute lifetime: under an old secret there are more of them as its people move on, and none a month later.
 *
 * @returns `until`: when the last of them is over at the latest. Exact where all are counted.
 */
export const countHeldSessions = (): Promise<HeldSessions[]> => db().$queryRaw<HeldSessions[]>`
  SELECT key.id AS "refreshKeyId", held.sessions, held.until
  FROM generate_series(0, 255) AS key(id) CROSS JOIN LATERAL (${heldWhere(Prisma.sql`s."refreshKeyId" = key.id`)}) held
  WHERE held.sessions > 0
  UNION ALL
  SELECT NULL, held.sessions, held.until
  FROM (${heldWhere(Prisma.sql`s."refreshKeyId" IS NULL`)}) held WHERE held.sessions > 0`;

/** An id is one byte, so all are asked for. The order is that of the index, which leads with the newest. */
const heldWhere = (isHeld: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT count(*)::int AS sessions, CASE
    WHEN count(*) < ${MAX_COUNTED_SESSIONS} THEN max(least(live."idleExpiresAt", live."absoluteExpiresAt"))
    ELSE max(live."absoluteExpiresAt")
  END AS until
  FROM (
    SELECT s."idleExpiresAt", s."absoluteExpiresAt" FROM "Session" s
    WHERE ${isHeld} AND s."endedAt" IS NULL AND s."absoluteExpiresAt" > now() AND s."idleExpiresAt" > now()
    ORDER BY s."refreshKeyId" DESC, s."absoluteExpiresAt" DESC LIMIT ${MAX_COUNTED_SESSIONS}
  ) live`;
