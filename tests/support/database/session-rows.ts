import { sql } from '@/tests/support/database/sql';

/** So many sessions that live, and so many that ended within the last ten minutes. */
export type Scale = { readonly live: number; readonly ended: number };

/** The browser of all sessions: who renews one with another is written down as a change of device. */
export const BROWSER = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  device: 'Firefox on Linux',
} as const;

const SESSIONS_PER_PERSON = 4;

/** 22 base64url characters, different for each `n`. */
const id = (n: string) => `substr(translate(encode(decode(md5(${n}), 'hex'), 'base64'), '+/', '-_'), 1, 22)`;

/**
 * Fills an empty database with real rows, as the product writes them. The ended sessions are spread over all lists, and
 * over ten minutes: none of their revocations runs out while a bench measures.
 */
export async function fillSessions(databaseUrl: string, { live, ended }: Scale): Promise<void> {
  const sessions = live + ended;
  const people = Math.ceil(sessions / SESSIONS_PER_PERSON);
  await sql(
    databaseUrl,
    `INSERT INTO "User" (id, email, name)
     SELECT ${id("'person ' || n")}, 'person-' || n || '@bench.test', 'Person ' || n FROM generate_series(1, $1::int) n`,
    [people],
  );
  await sql(
    databaseUrl,
    `INSERT INTO "Session" (id, "userId", kind, "secretHash", counter, "rotatedAt", "createdAt", "idleSeconds",
       "idleExpiresAt", "absoluteExpiresAt", remember, amr, "userAgent", device, ip)
     SELECT ${id("'session ' || n")}, ${id("'person ' || (n % $2::int + 1)")}, 'browser', sha256(n::text::bytea), n % 100,
       now() - (n % 600) * interval '1 second', now() - (n % 86400) * interval '1 second', 604800,
       now() + interval '7 days', now() + (n % 86400) * interval '1 second' + interval '29 days', true, '{pwd}',
       $3, $4, '192.0.2.' || n % 250
     FROM generate_series(1, $1::int) n ORDER BY n`,
    [sessions, people, BROWSER.userAgent, BROWSER.device],
  );
  await sql(
    databaseUrl,
    `WITH chosen AS (
       SELECT "statusNumber", row_number() OVER (ORDER BY md5("statusNumber"::text)) AS place FROM "Session"
       ORDER BY place LIMIT $1::int
     ), ended AS (
       UPDATE "Session" s SET "endedAt" = now() - c.place * interval '600 seconds' / $1::int, "endReason" = 'signed_out'
       FROM chosen c WHERE c."statusNumber" = s."statusNumber" RETURNING s."statusNumber", s."endedAt"
     )
     INSERT INTO "Revocation" SELECT "statusNumber", "endedAt", "endedAt" + interval '960 seconds' FROM ended`,
    [ended],
  );
  for (const table of ['User', 'Session', 'Revocation']) await sql(databaseUrl, `VACUUM ANALYZE "${table}"`);
}
