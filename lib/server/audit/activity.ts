import 'server-only';
import { db } from '@/lib/server/database/client';
import type { AuditType } from './audit-log';
import {
  type EventPage,
  type EventRow,
  type Events,
  eventsOf,
  IS_KEPT_EVENT,
  OWNER_EVENT_COLUMNS,
  olderThan,
} from './event-view';

/** Events of the server's own keys. They are nobody's, and no page about a person shows them. */
export const KEY_EVENTS = [
  'key_promoted',
  'key_withdrawn',
  'key_revoked',
  'keys_rewrapped',
] as const satisfies readonly AuditType[];

/** What happened to the account of a person, newest first, for its owner. One statement, whatever the page. */
export async function activityOf(userId: string, page: EventPage): Promise<Events> {
  const rows = await db().$queryRaw<EventRow[]>`
    SELECT ${OWNER_EVENT_COLUMNS} FROM "AuditEvent" e
    WHERE e."userId" = ${userId} AND e.id < ${olderThan(page)} AND ${IS_KEPT_EVENT} AND e.type <> ALL(${[...KEY_EVENTS]}::text[])
    ORDER BY e.id DESC LIMIT ${page.limit + 1}`;
  return eventsOf(rows, page);
}
