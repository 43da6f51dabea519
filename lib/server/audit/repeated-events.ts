import 'server-only';
import { db, type Transaction } from '@/lib/server/database/client';
import { log } from '@/lib/server/observability/logger';
import { type AuditEntry, storable } from './audit-log';

/** After an event was written, further ones of its kind are only counted for so long, and then added to it. */
const COUNTED_MS = 10_000;
/** Kinds that are counted at once; more are written each time. */
const MAX_COUNTED = 10_000;

/** An event, and what it is counted by: the id of a person or session, or a word for all that have none. */
export type RepeatedEvent = { readonly entry: AuditEntry; readonly subject: string };

const counted = new Map<string, { count: number }>();

/**
 * Records what strangers and clients can cause as often as they like: one row for each type, subject and hour of the
 * database, with how often it happened as `details.count`, so that nobody can make the table grow. The first one is
 * written at once, later ones every ten seconds. A process that dies takes the count of its last ten seconds along.
 */
export const recordRepeated = (entry: AuditEntry, subject: string): Promise<void> =>
  recordDescribed(`${entry.type}:${subject}`, async () => ({ entry, subject }));

/** As `recordRepeated`, where the event is known only after a look: `tell` is asked when one is written. */
export async function recordDescribed(key: string, tell: () => Promise<RepeatedEvent>): Promise<void> {
  const held = counted.get(key);
  if (held !== undefined) {
    held.count += 1;
    return;
  }
  if (counted.size < MAX_COUNTED) {
    counted.set(key, { count: 0 });
    setTimeout(() => void addCounted(key, tell), COUNTED_MS).unref();
  }
  await add(await tell(), 1, db());
}

/** As `recordRepeated`, in the transaction `tx`, with which it happens or not. */
export const recordRepeatedWith = (entry: AuditEntry, subject: string, tx: Transaction): Promise<void> =>
  add({ entry, subject }, 1, tx);

async function addCounted(key: string, tell: () => Promise<RepeatedEvent>): Promise<void> {
  const { count } = counted.get(key) ?? { count: 0 };
  counted.delete(key);
  if (count === 0) return;
  try {
    await add(await tell(), count, db());
  } catch (error) {
    log.error('audit.lost', { count, error });
  }
}

async function add({ entry, subject }: RepeatedEvent, count: number, tx: Transaction): Promise<void> {
  const { type, userId, sessionId, ip, userAgent, details } = storable(entry);
  // What was counted may be written when the account is gone: then without what was taken from its other events.
  await tx.$executeRaw`
    WITH owner AS MATERIALIZED (
      SELECT id FROM "User" WHERE id = ${userId} FOR KEY SHARE
    ), told AS (
      SELECT ${userId}::text IS NULL OR EXISTS (SELECT FROM owner) AS whole
    )
    INSERT INTO "AuditEvent" AS e (type, "userId", "sessionId", ip, "userAgent", details, "repeatKey")
    SELECT ${type}, ${userId}, ${sessionId}, CASE WHEN whole THEN ${ip}::text END, CASE WHEN whole THEN ${userAgent}::text END,
      CASE WHEN whole THEN ${JSON.stringify({ ...details, count })}::jsonb ELSE jsonb_build_object('count', ${count}::int) END,
      ${`${type}:${subject}`}::text || to_char(now(), ':YYYYMMDDHH24')
    FROM told
    ON CONFLICT ("repeatKey") DO UPDATE
    SET details = jsonb_set(e.details, '{count}', to_jsonb((e.details->>'count')::int + ${count}::int))`;
}
