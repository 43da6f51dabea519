import 'server-only';
import { db } from '@/lib/server/database/client';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { AuditType } from './audit-log';
import {
  EVENT_COLUMNS,
  type EventPage,
  type EventRow,
  type Events,
  eventsOf,
  IS_KEPT_EVENT,
  olderThan,
} from './event-view';

/** Which events. All of them, where nothing is said; what is said holds together. */
export type AuditFilter = {
  readonly type?: AuditType | null;
  /** Ids. */
  readonly user?: string | null;
  readonly actor?: string | null;
  /** From this moment on, and before that one. */
  readonly from?: Date | null;
  readonly to?: Date | null;
};

/** Events of a page. */
export const AUDIT_PAGE_SIZE = 50;

/**
 * A page of the audit log, newest first. A page costs the same wherever it is, and nothing is counted.
 */
export async function searchAudit(filter: AuditFilter, page: EventPage): Promise<Events> {
  return eventsOf(await readEvents(filter, { ...page, limit: page.limit + 1 }), page);
}

/**
 * An event has its time from the beginning of its transaction and its id from within it, so that the two orders differ by
 * as long as a transaction may take. Far more than that.
 */
const SKEW = Prisma.sql`interval '10 minutes'`;

/** Newest first. */
export function readEvents(filter: AuditFilter, page: EventPage): Promise<EventRow[]> {
  const { type = null, user = null, actor = null, from = null, to = null } = filter;
  const conditions = [Prisma.sql`e.id < ${olderThan(page)}`, IS_KEPT_EVENT];
  if (type !== null) conditions.push(Prisma.sql`e.type = ${type}`);
  if (user !== null) conditions.push(Prisma.sql`e."userId" = ${user}`);
  if (actor !== null) conditions.push(Prisma.sql`e."actorId" = ${actor}`);
  if (from !== null) conditions.push(since(from));
  if (to !== null) conditions.push(until(to));
  return db().$queryRaw<EventRow[]>`
    SELECT ${EVENT_COLUMNS} FROM "AuditEvent" e WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY e.id DESC LIMIT ${page.limit}`;
}

// The last event well before, and the first one well after, say where to begin and to end among the ids, which is what every
// index is ordered by: looking through all events for those of a day would take as long as the table is large.

const since = (from: Date): Prisma.Sql => {
  const at = Prisma.sql`${from.toISOString()}::timestamptz`;
  return Prisma.sql`e.at >= ${at} AND e.id > coalesce(
      (SELECT b.id FROM "AuditEvent" b WHERE b.at < ${at} - ${SKEW} ORDER BY b.at DESC LIMIT 1), 0)`;
};

const until = (to: Date): Prisma.Sql => {
  const at = Prisma.sql`${to.toISOString()}::timestamptz`;
  return Prisma.sql`e.at < ${at} AND e.id < coalesce(
      (SELECT a.id FROM "AuditEvent" a WHERE a.at > ${at} + ${SKEW} ORDER BY a.at LIMIT 1), ${NO_ID})`;
};

/** Larger than any that is given out. */
const NO_ID = 2n ** 63n - 1n;
