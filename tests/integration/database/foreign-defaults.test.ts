import { describe, expect, inject, it } from 'vitest';
import { asAdmin, createDatabase, dropDatabase, nameOf } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { mailedCode } from '@/tests/support/http/mailbox';
import { SITE, send } from '@/tests/support/http/requests';
import { COOKIE, only } from '@/tests/support/people';
import { startServer } from '@/tests/support/server/server';

/** How far a time may lie from now that was written during this test. */
const NEAR_SECONDS = 60;

/** What databases are preset to in the world, beside the zone: dates written as people write them there. */
const DATABASES = {
  'Asia/Tokyo': 'SQL, DMY',
  'America/New_York': 'German',
} as const;

// Promise: In a database of any time zone and style of dates
describe.each(Object.entries(DATABASES))('in a database in %s with dates in the style %s', (zone, style) => {
  it('a mailed code comes at once, and every time that is stored or shown is now', async () => {
    const url = await createDatabase(inject('adminUrl'));
    await asAdmin(inject('adminUrl'), async (admin) => {
      await admin.query(`ALTER DATABASE ${nameOf(url)} SET timezone = '${zone}'`);
      await admin.query(`ALTER DATABASE ${nameOf(url)} SET datestyle = '${style}'`);
    });
    const server = await startServer({ databaseUrl: url, env: { APP_ORIGIN: SITE } });
    try {
      const email = 'ada@people.test';
      const person = { email, password: 'grey-heron-counts-the-lanterns', name: 'Ada' };
      const begun = await send(server, '/api/auth/register', { method: 'POST', json: person });
      const cookies = only(begun.cookies, COOKIE.pending);
      const code = await mailedCode(server, email);
      const verified = await send(server, '/api/auth/verify-email', { method: 'POST', cookies, json: { code } });
      expect(verified.status).toBe(200);

      const rows = await sql<Record<string, number>>(
        url,
        `SELECT extract(epoch FROM max(at) - now())::float8 AS "lastEvent", extract(epoch FROM min(at) - now())::float8 AS "firstEvent",
           (SELECT extract(epoch FROM "createdAt" - now())::float8 FROM "User") AS person,
           (SELECT extract(epoch FROM "createdAt" - now())::float8 FROM "Session") AS session,
           (SELECT extract(epoch FROM "changedAt" - now())::float8 FROM "Password") AS password
         FROM "AuditEvent"`,
      );
      for (const [what, seconds] of Object.entries(rows[0] ?? {})) {
        expect({ what, isNow: Math.abs(seconds) < NEAR_SECONDS }).toEqual({ what, isNow: true });
      }
      const access = only(verified.cookies, COOKIE.access);
      const list = (await send(server, '/api/auth/sessions', { cookies: access })).text;
      const shown = [...list.matchAll(/"(?:createdAt|lastSeenAt)":"([^"]+)"/g)].map(([, text = '']) =>
        Date.parse(text),
      );
      expect(shown).toHaveLength(2);
      for (const at of shown) expect(Math.abs(at - Date.now()) / 1000).toBeLessThan(NEAR_SECONDS);
    } finally {
      await server.stop();
      await dropDatabase(inject('adminUrl'), url);
    }
  });
});
