import { setTimeout as pause } from 'node:timers/promises';
import { sql } from '@/tests/support/database/sql';
import type { SessionFacts } from './evidence';

const AGAIN_AFTER_MS = 200;

/** Asks the database until it answers: it may be the one that is away. */
async function sqlWhenThere<Row extends Record<string, unknown>>(
  databaseUrl: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  for (let left = 100; ; left -= 1) {
    try {
      return await sql<Row>(databaseUrl, text, values);
    } catch (error) {
      if (left === 1) throw error;
      await pause(AGAIN_AFTER_MS);
    }
  }
}

/** Which of these sessions are live. */
export async function liveAmong(databaseUrl: string, sessions: readonly string[]): Promise<ReadonlySet<string>> {
  const text = `SELECT id FROM "Session" WHERE id = ANY($1) AND "endedAt" IS NULL`;
  return new Set((await sqlWhenThere<{ id: string }>(databaseUrl, text, [sessions])).map(({ id }) => id));
}

/** Every session of these people. */
export const sessionsOf = (databaseUrl: string, people: readonly string[]): Promise<SessionFacts[]> =>
  sqlWhenThere<SessionFacts>(
    databaseUrl,
    `SELECT s.id, s."userId" AS person, s.counter::int AS counter, s."endReason"::text AS "endReason",
       extract(epoch FROM s."createdAt")::float8 * 1000 AS "begunAtMs",
       extract(epoch FROM s."endedAt")::float8 * 1000 AS "endedAtMs", r."statusNumber" IS NOT NULL AS "isRevoked"
     FROM "Session" s LEFT JOIN "Revocation" r ON r."statusNumber" = s."statusNumber" WHERE s."userId" = ANY($1)`,
    [people],
  );

/** What the audit log says of copied tokens of these people. */
export async function alarmsOf(databaseUrl: string, people: readonly string[]): Promise<string[]> {
  const rows = await sqlWhenThere<{ said: string }>(
    databaseUrl,
    `SELECT type || ' of ' || "sessionId" AS said FROM "AuditEvent"
     WHERE type IN ('refresh_reuse', 'refresh_ahead') AND "userId" = ANY($1)`,
    [people],
  );
  return rows.map(({ said }) => said);
}
