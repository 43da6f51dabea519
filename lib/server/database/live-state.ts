import 'server-only';
import { type Clocks, type Moment, momentOf, msSince, NEVER } from '@/lib/core/moment';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { db } from './client';

/** What the database says about ended sessions and keys, as this process holds it in memory. */
export type LiveState = {
  /** Sessions that ended within the retention of the list, by status number, with the database's time of it. */
  readonly revokedAt: ReadonlyMap<number, EpochSeconds>;
  /** Grows whenever `revokedAt` changes. */
  readonly revision: number;
  /** The database's clock when it was asked. */
  readonly now: EpochSeconds;
  /** The highest status number given out so far. */
  readonly lastNumber: number;
  /** Names the keys that are in use: changes when one is made, promoted or retired, and when one expires. */
  readonly keysVersion: string;
  /** Before the query that brought it. */
  readonly readAt: Moment;
};

type StateRow = {
  now: number;
  revoked: (readonly [statusNumber: number, revokedAt: EpochSeconds])[];
  last: bigint;
  version: string;
};

/** Revocations as one whole reading and the changes since then brought them. */
type Known = { readonly revokedAt: Map<number, EpochSeconds>; readonly wholeReadAt: Moment };

type Memory = {
  state?: Omit<LiveState, 'revision' | 'revokedAt'>;
  known?: Known;
  revision: number;
  reading?: Promise<LiveState> | undefined;
  /** When a reading last began, and when one last failed. */
  triedAt: Moment;
  failedAt: Moment;
  /** Ended by this very process, and when: known at once, before any query says so. */
  endedHere: Map<number, Moment>;
};

const CLOCKS: Clocks = { monotonicMs: () => performance.now(), now: () => Date.now() / 1_000 };
const MAX_AGE_MS = 1_000;
/** While the database is away, tokens are judged by a state of this age at most. */
const MAX_STALE_MS = 30_000;
/** Requests wait so long for a reading from its beginning, and not at all for so long after one that failed. */
const PATIENCE_MS = 1_000;
const FAILED_PAUSE_MS = 1_000;
/** An own revocation is in every query that begins this long after it, also past a slow commit. */
const ENDED_HERE_MS = 60_000;
/** Between whole readings, only what was revoked in so many seconds is read: some thousand rows become some hundred. */
const RECENT_SECONDS = 60;
/** The last reading must be well inside of that; what a commit brought later still comes with the next whole one. */
const RECENT_ENOUGH_MS = 20_000;
const WHOLE_EVERY_MS = 60_000;

/** One for all bundles of the server, so that there is one query a second. */
const shared = globalThis as typeof globalThis & { handstampLiveState?: Memory };
function memory(): Memory {
  shared.handstampLiveState ??= { endedHere: new Map(), revision: 0, triedAt: NEVER, failedAt: NEVER };
  return shared.handstampLiveState;
}

/**
 * The state, never older than one second: one query a second at most, shared by all who wait, whatever the traffic.
 * Rejects when the database does not answer.
 */
export async function liveState(): Promise<LiveState> {
  const held = memory();
  const last = stateOf(held);
  if (last !== null && msSince(last.readAt, CLOCKS) < MAX_AGE_MS) return last;
  held.reading ??= readState(held)
    .catch((error) => {
      held.failedAt = momentOf(CLOCKS);
      throw error;
    })
    .finally(() => {
      held.reading = undefined;
    });
  return held.reading;
}

/**
 * The state to judge tokens by. While the database is away it is the last one, up to 30 s old: every other verifier of
 * our tokens goes on for so long. Nothing may be issued or published from it. Rejects as `liveState` does after that.
 */
export async function lastKnownState(): Promise<LiveState> {
  const held = memory();
  const last = stateOf(held);
  const ageMs = last === null ? Number.POSITIVE_INFINITY : msSince(last.readAt, CLOCKS);
  if (last === null || ageMs > MAX_STALE_MS) return liveState();
  if (ageMs < MAX_AGE_MS || msSince(held.failedAt, CLOCKS) < FAILED_PAUSE_MS) return last;
  const fresh = liveState().catch(() => last);
  const patienceMs = PATIENCE_MS - msSince(held.triedAt, CLOCKS);
  return patienceMs <= 0 && held.reading !== undefined ? last : withinMs(fresh, patienceMs, last);
}

function withinMs<T>(work: Promise<T>, limitMs: number, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function stateOf({ state, known, revision }: Memory): LiveState | null {
  return state === undefined || known === undefined ? null : { ...state, revokedAt: known.revokedAt, revision };
}

/** The time, by the database's clock: that of an instance may be wrong. No statement of its own. */
export async function databaseNow(): Promise<EpochSeconds> {
  const { now, readAt } = await liveState();
  return now + msSince(readAt, CLOCKS) / 1_000;
}

async function readState(held: Memory): Promise<LiveState> {
  const readAt = momentOf(CLOCKS);
  held.triedAt = readAt;
  const changesOf = mayReadChanges(held) ? held.known : undefined;
  // Rows are kept equally long, so that the newest are the last to go.
  const leftSeconds = changesOf === undefined ? 0 : REVOCATION_RETENTION_SECONDS - RECENT_SECONDS;
  const [row] = await db().$queryRaw<StateRow[]>`
    SELECT
      extract(epoch FROM now())::float8 AS now,
      coalesce((SELECT json_agg(json_build_array("statusNumber", extract(epoch FROM "revokedAt")::float8))
        FROM "Revocation" WHERE "keepUntil" > now() + ${leftSeconds} * interval '1 second'), '[]') AS revoked,
      (SELECT last_value FROM "Session_statusNumber_seq") AS last,
      (SELECT coalesce(string_agg(concat_ws(':', id, slot), ' ' ORDER BY id), '')
        FROM "Key" WHERE "expiresAt" IS NULL OR "expiresAt" > now()) AS version`;
  if (row === undefined) throw new Error('The state query gave no row');
  if (changesOf === undefined) held.revision += 1;
  const known: Known = changesOf ?? { revokedAt: new Map(), wholeReadAt: readAt };
  held.known = known;
  for (const [number, revokedAt] of row.revoked) record(held, known, number, revokedAt);
  for (const [number, endedAt] of held.endedHere) {
    if (msSince(endedAt, CLOCKS) > ENDED_HERE_MS) held.endedHere.delete(number);
    else recordEndedHere(held, known, number, row.now);
  }
  held.state = { now: row.now, lastNumber: Number(row.last), keysVersion: row.version, readAt };
  return { ...held.state, revokedAt: known.revokedAt, revision: held.revision };
}

function mayReadChanges({ state, known }: Memory): boolean {
  if (state === undefined || known === undefined) return false;
  return msSince(state.readAt, CLOCKS) < RECENT_ENOUGH_MS && msSince(known.wholeReadAt, CLOCKS) < WHOLE_EVERY_MS;
}

function record(held: Memory, { revokedAt: known }: Known, statusNumber: number, revokedAt: EpochSeconds): void {
  if (known.get(statusNumber) === revokedAt) return;
  known.set(statusNumber, revokedAt);
  held.revision += 1;
}

/** The time is a guess until the database says it. */
function recordEndedHere(held: Memory, known: Known, statusNumber: number, now: EpochSeconds): void {
  if (!known.revokedAt.has(statusNumber)) record(held, known, statusNumber, now);
}

/** Makes this process refuse these sessions from now on, without waiting for the next query. Call it after the commit. */
export function noteEnded(statusNumbers: readonly number[]): void {
  const held = memory();
  const endedAt = momentOf(CLOCKS);
  for (const number of statusNumbers) {
    held.endedHere.set(number, endedAt);
    if (held.known !== undefined && held.state !== undefined) {
      recordEndedHere(held, held.known, number, held.state.now);
    }
  }
}
