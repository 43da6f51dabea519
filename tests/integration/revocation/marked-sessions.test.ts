import { afterEach, expect, test, vi } from 'vitest';
import type { SessionStatus } from '@/lib/core/session-status';
import { STATUS_LIST_SIZE, statusListUri } from '@/lib/core/status-list/status-index';
import { liveState, noteEnded, noteStale } from '@/lib/server/database/live-state';
import { markedLists, statusOf } from '@/lib/server/revocation/marked-sessions';
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

async function statusOfNumber(statusNumber: number): Promise<SessionStatus> {
  const { list, index } = (await statusPositions()).positionOf(statusNumber);
  return statusOf(statusListUri(SITE, list), index);
}
const isEnded = async (statusNumber: number): Promise<boolean> => (await statusOfNumber(statusNumber)) === 'revoked';

/** The lists when this process believes that so much time has passed: what waiting would do, without the waiting. */
async function listsAfter(seconds: number) {
  skippedSeconds += seconds;
  return markedLists();
}

afterEach(async () => {
  await sql(url, 'DELETE FROM "Revocation"');
  // Longer than an own revocation is remembered: the next test begins with a whole reading and knows of none.
  await listsAfter(61);
});

test('a session ended elsewhere is known by the next reading, and so are those before it', async () => {
  await revokeElsewhere(1);
  await listsAfter(61);
  await revokeElsewhere(2);
  await listsAfter(2);
  expect(await Promise.all([1, 2, 3].map(isEnded))).toEqual([true, true, false]);
});

test('only the revocations of the last minute are read again, and the older ones stay known', async () => {
  await revokeElsewhere(1, 300);
  const { state } = await listsAfter(61);
  await sql(url, 'DELETE FROM "Revocation"');
  const { state: later } = await listsAfter(2);
  expect(later.now).toBeGreaterThan(state.now);
  expect(await isEnded(1)).toBe(true);
});

test('a revocation whose commit took minutes is known within the minute after it', async () => {
  await listsAfter(61);
  await revokeElsewhere(1, 300);
  const known = [];
  for (const seconds of [2, 15, 15, 15, 15]) {
    await listsAfter(seconds);
    known.push(await isEnded(1));
  }
  expect(known).toEqual([false, false, false, false, true]);
});

test('a process that was frozen for a while reads everything', async () => {
  await listsAfter(61);
  await revokeElsewhere(1, 300);
  await listsAfter(21);
  expect(await isEnded(1)).toBe(true);
});

test('a revocation is forgotten within a minute after its time', async () => {
  await revokeElsewhere(1, 950);
  await revokeElsewhere(2);
  expect((await listsAfter(61)).of(0).count).toBe(2);
  await sql(url, `UPDATE "Revocation" SET "keepUntil" = now() WHERE "statusNumber" = 1`);
  expect((await listsAfter(61)).of(0).count).toBe(1);
  expect(await isEnded(1)).toBe(false);
});

test('what ends here is known at once, counts once, and takes the time that the database says', async () => {
  await listsAfter(61);
  await revokeElsewhere(1);
  noteEnded([1]);
  expect(await isEnded(1)).toBe(true);
  const [row] = await sql<{ at: number }>(
    url,
    'SELECT extract(epoch FROM "revokedAt")::float8 AS at FROM "Revocation"',
  );
  expect((await listsAfter(2)).of(0)).toMatchObject({ count: 1, lastMarkedAt: row?.at });
});

test('stale claims are told apart from an end, here at once and elsewhere by the next reading', async () => {
  await listsAfter(61);
  noteStale([1]);
  expect(await statusOfNumber(1)).toBe('stale');
  await sql(
    url,
    `INSERT INTO "Revocation" ("statusNumber", status, "keepUntil") VALUES (2, 3, now() + interval '960 seconds')`,
  );
  await revokeElsewhere(3);
  await listsAfter(2);
  expect(await Promise.all([1, 2, 3, 4].map(statusOfNumber))).toEqual(['stale', 'stale', 'revoked', 'valid']);
});

test('each list holds its own sessions', async () => {
  await revokeElsewhere(5);
  await revokeElsewhere(STATUS_LIST_SIZE + 5);
  await revokeElsewhere(STATUS_LIST_SIZE + 6);
  const lists = await listsAfter(61);
  expect([0, 1, 2].map((list) => lists.of(list).count)).toEqual([1, 2, 0]);
  expect((await liveState()).marks.size).toBe(3);
});

test('an address that is no list of ours vouches for nobody', async () => {
  expect(await statusOf('https://elsewhere.example/status-lists/0', 0)).toBe('revoked');
  expect(await statusOf(statusListUri(SITE, 0), STATUS_LIST_SIZE)).toBe('revoked');
});
