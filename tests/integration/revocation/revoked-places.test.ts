import { afterEach, expect, test, vi } from 'vitest';
import { STATUS_LIST_SIZE, statusListUri } from '@/lib/core/status-list/status-index';
import { liveState, noteEnded } from '@/lib/server/database/live-state';
import { isRevokedPlace, revokedPlaces } from '@/lib/server/revocation/revoked-places';
import { statusPositions } from '@/lib/server/revocation/status-positions';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { SITE } from '@/tests/support/http/requests';

const { url } = await useDatabase();

/** Writes a revocation as another process does. `secondsAgo`: how long its commit took. */
async function revokeElsewhere(statusNumber: number, secondsAgo = 0): Promise<void> {
  await sql(
    url,
    `INSERT INTO "Revocation" VALUES ($1, now() - $2 * interval '1 second', now() + (960 - $2) * interval '1 second')`,
    [statusNumber, secondsAgo],
  );
}

const realNow = Date.now.bind(Date);
let skippedSeconds = 0;
vi.spyOn(Date, 'now').mockImplementation(() => realNow() + skippedSeconds * 1_000);

async function isRevoked(statusNumber: number): Promise<boolean> {
  const { list, index } = (await statusPositions())(statusNumber);
  return isRevokedPlace(statusListUri(SITE, list), index);
}

/** The places when this process believes that so much time has passed: what waiting would do, without the waiting. */
async function placesAfter(seconds: number) {
  skippedSeconds += seconds;
  return revokedPlaces();
}

afterEach(async () => {
  await sql(url, 'DELETE FROM "Revocation"');
  // Longer than an own revocation is remembered: the next test begins with a whole reading and knows of none.
  await placesAfter(61);
});

test('a session ended elsewhere is known by the next reading, and so are those before it', async () => {
  await revokeElsewhere(1);
  await placesAfter(61);
  await revokeElsewhere(2);
  await placesAfter(2);
  expect(await Promise.all([1, 2, 3].map(isRevoked))).toEqual([true, true, false]);
});

test('only the revocations of the last minute are read again, and the older ones stay known', async () => {
  await revokeElsewhere(1, 300);
  const { state } = await placesAfter(61);
  await sql(url, 'DELETE FROM "Revocation"');
  const { state: later } = await placesAfter(2);
  expect(later.now).toBeGreaterThan(state.now);
  expect(later.revoked).toBe(state.revoked);
  expect(await isRevoked(1)).toBe(true);
});

test('a revocation whose commit took minutes is known within the minute after it', async () => {
  await placesAfter(61);
  await revokeElsewhere(1, 300);
  const known = [];
  for (const seconds of [2, 15, 15, 15, 15]) {
    await placesAfter(seconds);
    known.push(await isRevoked(1));
  }
  expect(known).toEqual([false, false, false, false, true]);
});

test('a process that was frozen for a while reads everything', async () => {
  await placesAfter(61);
  await revokeElsewhere(1, 300);
  await placesAfter(21);
  expect(await isRevoked(1)).toBe(true);
});

test('a revocation is forgotten within a minute after its time', async () => {
  await revokeElsewhere(1, 959.9);
  await revokeElsewhere(2);
  expect((await placesAfter(61)).lists.get(0)?.count).toBe(2);
  await sql(url, `UPDATE "Revocation" SET "keepUntil" = now() WHERE "statusNumber" = 1`);
  expect((await placesAfter(61)).lists.get(0)?.count).toBe(1);
  expect(await isRevoked(1)).toBe(false);
});

test('what ends here is known at once, counts once, and takes the time that the database says', async () => {
  await placesAfter(61);
  await revokeElsewhere(1);
  noteEnded([1]);
  expect(await isRevoked(1)).toBe(true);
  const [row] = await sql<{ at: number }>(
    url,
    'SELECT extract(epoch FROM "revokedAt")::float8 AS at FROM "Revocation"',
  );
  expect((await placesAfter(2)).lists.get(0)).toMatchObject({ count: 1, lastRevokedAt: row?.at });
});

test('each list holds its own sessions', async () => {
  await revokeElsewhere(5);
  await revokeElsewhere(STATUS_LIST_SIZE + 5);
  await revokeElsewhere(STATUS_LIST_SIZE + 6);
  const { lists } = await placesAfter(61);
  expect([...lists].map(([list, { count }]) => [list, count])).toEqual(
    expect.arrayContaining([
      [0, 1],
      [1, 2],
    ]),
  );
  expect((await liveState()).revoked).toHaveLength(3);
});

test('an address that is no list of ours vouches for nobody', async () => {
  expect(await isRevokedPlace('https://elsewhere.example/status-lists/0', 0)).toBe(true);
});
