import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { endSessions } from '@/lib/server/sessions/ending';
import { refresh } from '@/lib/server/sessions/refresh';
import { startSession } from '@/lib/server/sessions/start';
import { login } from '@/lib/server/sign-in/login';
import { scansOf, type TableScans } from '@/tests/support/database/scans';
import { fillSessions } from '@/tests/support/database/session-rows';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, PASSWORD, prepareSession } from '@/tests/support/people';

const { url: databaseUrl } = await useDatabase();
await fillSessions(databaseUrl, { live: 20_000, ended: 200 });
await sql(
  databaseUrl,
  `INSERT INTO "RateLimit" SELECT 'account:' || n, 1, NULL, now() + (n - 2000) * interval '1 second' FROM generate_series(1, 20000) n;
   ANALYZE "RateLimit"`,
);
const person = await createPerson({ hasPassword: true });
const session = await prepareSession(person);
const FACTS = { userAgent: null, device: null, ip: null };

/**
 * Tables that grow with the people, each with how often it was read from end to end. Not among them: the revocations of
 * the last quarter of an hour, which the state query reads whole, once a minute.
 */
async function wholeScans(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const scans = await scansOf(databaseUrl, async () => {
    await work();
    await db().$disconnect();
  });
  const grows = ({ table }: TableScans) => ['User', 'Session', 'Password', 'RateLimit', 'AuditEvent'].includes(table);
  return Object.fromEntries(scans.filter(grows).map(({ table, wholeScans: count }) => [table, count]));
}

const none = (scans: Record<string, number>) => Object.fromEntries(Object.keys(scans).map((table) => [table, 0]));

describe('by PostgreSQL’s own counters, with 20,000 sessions, nothing is read from end to end by', () => {
  const cases: [name: string, work: () => Promise<unknown>][] = [
    ['a refresh', () => refresh(session.refreshToken, 'browser', FACTS)],
    [
      'a login',
      () =>
        login({
          email: person.email,
          password: PASSWORD,
          remember: true,
          facts: FACTS,
          deviceCookie: null,
          refreshCookie: session.refreshToken,
        }),
    ],
    [
      'a login beyond the cap of sessions',
      async () => {
        const start = { userId: person.id, kind: 'browser', remember: true, amr: ['pwd'], facts: FACTS } as const;
        for (let n = 0; n < 60; n += 1) await startSession({ ...start, broughtRefreshToken: null });
      },
    ],
    [
      'a sign-out everywhere',
      () =>
        endSessions({ userId: person.id }, { reason: 'signed_out', audit: 'signed_out', facts: null, askedBy: null }),
    ],
  ];
  it.each(cases)('%s', async (_name, work) => {
    const scans = await wholeScans(work);
    expect(Object.keys(scans)).toContain('Session');
    expect(scans).toEqual(none(scans));
  });
});
