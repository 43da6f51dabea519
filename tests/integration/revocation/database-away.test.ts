import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishedStatusList } from '@/lib/server/revocation/status-lists';
import { verifyOwnToken } from '@/lib/server/sessions/current-user';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { SITE } from '@/tests/support/http/requests';
import { type PreparedSession, prepareSession } from '@/tests/support/people';
import { startDatabaseProxy } from '@/tests/support/server/proxies';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
process.env['DATABASE_URL'] = database.databaseUrl;
afterAll(() => database.close());

const realNow = Date.now.bind(Date);
let skippedMs = 0;
vi.spyOn(Date, 'now').mockImplementation(() => realNow() + skippedMs);

const verify = ({ accessToken }: PreparedSession) =>
  verifyOwnToken(accessToken, [SITE]).then(
    (claims) => (claims === null ? 'refused' : 'good'),
    () => 'unavailable',
  );

let living: PreparedSession;
let ended: PreparedSession;

/** Two sessions that this process knows of: one goes on, the other was ended elsewhere. */
beforeEach(async () => {
  living = await prepareSession();
  ended = await prepareSession();
  await sql(
    url,
    `INSERT INTO "Revocation" SELECT "statusNumber", now(), now() + interval '16 minutes' FROM "Session" WHERE id = $1`,
    [ended.id],
  );
  skippedMs += 2_000;
  expect([await verify(living), await verify(ended)]).toEqual(['good', 'refused']);
  skippedMs += 2_000;
});

describe('while the database is down', () => {
  it('this process judges tokens by what it knew, publishes nothing of it, and stops after 30 s', async () => {
    database.cut();
    try {
      expect([await verify(living), await verify(ended)]).toEqual(['good', 'refused']);
      // A list made of what may be old would make it look new to every verifier.
      await expect(publishedStatusList(0)).rejects.toThrow();
      skippedMs += 25_000;
      expect([await verify(living), await verify(ended)]).toEqual(['good', 'refused']);
      skippedMs += 6_000;
      expect(await verify(living)).toBe('unavailable');
    } finally {
      database.restore();
    }
    await expect.poll(() => verify(living), { timeout: 15_000 }).toBe('good');
    expect(await verify(ended)).toBe('refused');
  });
});

describe('while the database does not answer', () => {
  it('the first requests wait a second, and the others not at all', async () => {
    database.freeze();
    try {
      const startedAt = performance.now();
      for (let request = 0; request < 10; request += 1) {
        expect([await verify(living), await verify(ended)]).toEqual(['good', 'refused']);
      }
      // The query itself is given up after 10 s.
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    } finally {
      database.restore();
    }
  });
});
