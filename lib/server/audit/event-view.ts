import 'server-only';
import { describeDevice, describeProgram } from '@/lib/core/http/user-agent';
import { AUDIT_RETENTION_SECONDS } from '@/lib/core/policy';
import { Prisma } from '@/lib/server/database/generated/prisma/client';
import type { AuditEntry, AuditType } from './audit-log';

/** An event as answers and pages tell it. */
export type EventView = {
  /** Its place in the log: a later event has a larger one. Digits. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly type: AuditType;
  /** Whose account; null where it is nobody's. */
  readonly user: string | null;
  /** Who did it; null when it was the person, or nobody in particular. */
  readonly actor: string | null;
  /** Browser and system, or the program, as far as it said. */
  readonly device: string | null;
  readonly ip: string | null;
  readonly details: NonNullable<AuditEntry['details']>;
};

export type EventRow = Pick<EventView, 'type' | 'ip' | 'details'> & {
  id: bigint;
  at: Date;
  userId: string | null;
  actorId: string | null;
  userAgent: string | null;
};

/** What `eventView` needs of "AuditEvent" `e`, as columns of a statement. */
export const EVENT_COLUMNS = Prisma.sql`e.id, e.at, e.type, e."userId", e."actorId", e."userAgent", e.ip, e.details`;

/** The same for the owner of the account: from where an admin did something is told to admins alone. */
export const OWNER_EVENT_COLUMNS = Prisma.sql`e.id, e.at, e.type, e."userId", e."actorId",
  CASE WHEN coalesce(e."actorId", e."userId") = e."userId" THEN e."userAgent" END AS "userAgent",
  CASE WHEN coalesce(e."actorId", e."userId") = e."userId" THEN e.ip END AS ip, e.details`;

/**
 * A condition on "AuditEvent" `e`: one that is kept. Every page and log asks for it, whether cleaning was late or not, so that
 * where the table is kept in parts by month, only the parts that may hold such an event are looked at.
 */
export const IS_KEPT_EVENT = Prisma.sql`e.at > now() - make_interval(secs => ${AUDIT_RETENTION_SECONDS})`;

export const eventView = ({ id, at, type, userId, actorId, userAgent, ip, details }: EventRow): EventView => ({
  id: String(id),
  at: at.toISOString(),
  type,
  user: userId,
  actor: actorId,
  device: describeDevice(userAgent) ?? describeProgram(userAgent),
  ip,
  details,
});

/** Which part of a log, newest first: so many events that are older than the one of that id. */
export type EventPage = { readonly before: bigint | null; readonly limit: number };

/** `next`: the id to ask for with the events that follow; null at the end. */
export type Events = { readonly events: readonly EventView[]; readonly next: string | null };

const LARGEST_ID = 2n ** 63n - 1n;

/** For the condition `e.id < …`: where the page begins. */
export const olderThan = ({ before }: EventPage): bigint => before ?? LARGEST_ID;

/** The page, of rows of which one more than `limit` was asked for. */
export function eventsOf(rows: readonly EventRow[], { limit }: EventPage): Events {
  const events = rows.slice(0, limit).map(eventView);
  return { events, next: rows.length > limit ? (events.at(-1)?.id ?? null) : null };
}

/** The id in a text that somebody brought; null when it is none. */
export function readEventId(text: string): bigint | null {
  if (!/^[1-9]\d{0,18}$/.test(text)) return null;
  const id = BigInt(text);
  return id <= LARGEST_ID ? id : null;
}
