import 'server-only';
import { type Clocks, type Moment, momentOf, msSince, NEVER } from '@/lib/core/moment';
import { REVOCATION_RETENTION_SECONDS } from '@/lib/core/policy';
import { markOf, type SessionMark } from '@/lib/core/session-status';
import type { EpochSeconds } from '@/lib/core/time';
import { inSpan, timed } from '@/lib/server/observability/telemetry';
import { db } from './client';

/** That a session ended or its claims are stale, and the database's time of it. A number has one mark, for good. */
export type Mark = { readonly mark: SessionMark; readonly at: EpochSeconds };

/** What the database says about sessions and keys, as this process holds it in memory. */
export type LiveState = {
  /** What was published of sessions within the retention of the list, by status number. */
  readonly marks: ReadonlyMap<number, Mark>;
  /** Grows whenever `marks` changes. */
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
  marks: (readonly [statusNumber: number, status: number, at: EpochSeconds])[];
  last: bigint;
  version: string;
};

/** Marks as one whole reading and the changes since then brought them. */
type Known = { readonly marks: Map<number, Mark>; readonly wholeReadAt: Moment };

type Memory = {
  state?: Omit<LiveState, 'revision' | 'marks'>;
  known?: Known;
  revision: number;
  reading?: Promise<LiveState> | undefined;
  /** When a reading last began, and when one last failed. */
  triedAt: Moment;
  failedAt: Moment;
  /** Marked by this very process, and when: known at once, before any query says so. */
  markedHere: Map<number, { readonly mark: SessionMark; readonly since: Moment }>;
};

const CLOCKS: Clocks = { monotonicMs: () => performance.now(), now: () => Date.now() / 1_000 };
const MAX_AGE_MS = 1_000;
/** While the database is away, tokens are judged by a state of this age at most. */
const MAX_STALE_MS = 30_000;
/** Requests wait so long for a reading from its beginning, and not at all for so long after one that failed. */
const PATIENCE_MS = 1_000;
const FAILED_PAUSE_MS = 1_000;
/** An own mark is in every query that begins this long after it, also past a slow commit. */
const MARKED_HERE_MS = 60_000;
/** Between whole readings, only what was marked in so many seconds is read: some thousand rows become some hundred. */
const RECENT_SECONDS = 60;
/** The last reading must be well inside of that; what a commit brought later still comes with the next whole one. */
const RECENT_ENOUGH_MS = 20_000;
const WHOLE_EVERY_MS = 60_000;

/** One for all bundles of the server, so that there is one query a second. */
const shared = globalThis as typeof globalThis & { handstampLiveState?: Memory };
function memory(): Memory {
  shared.handstampLiveState ??= { markedHere: new Map(), revision: 0, triedAt: NEVER, failedAt: NEVER };
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
  held.reading ??= inSpan('auth.state.read', (note) => {
    note({ 'handstamp.state.whole': String(!mayReadChanges(held)) });
    return timed('handstamp.state.read.duration', () => readState(held));
  })
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

/** The state as this process holds it, however old; null before the first reading. No statement. */
export const heldState = (): LiveState | null => stateOf(memory());

/** How old a state is, in seconds. */
export const stateAgeSeconds = ({ readAt }: LiveState): number => msSince(readAt, CLOCKS) / 1_000;

function stateOf({ state, known, revision }: Memory): LiveState | null {
  return state === undefined || known === undefined ? null : { ...state, marks: known.marks, revision };
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
      coalesce((SELECT json_agg(json_build_array("statusNumber", status, extract(epoch FROM "revokedAt")::float8))
        FROM "Revocation" WHERE "keepUntil" > now() + ${leftSeconds} * interval '1 second'), '[]') AS marks,
      (SELECT last_value FROM "Session_statusNumber_seq") AS last,
      (SELECT coalesce(string_agg(concat_ws(':', id, slot), ' ' ORDER BY id), '')
        FROM "Key" WHERE "expiresAt" IS NULL OR "expiresAt" > now()) AS version`;
  if (row === undefined) throw new Error('The state query gave no row');
  if (changesOf === undefined) held.revision += 1;
  const known: Known = changesOf ?? { marks: new Map(), wholeReadAt: readAt };
  held.known = known;
  for (const [number, status, at] of row.marks) record(held, known, number, { mark: markOf(status), at });
  for (const [number, { mark, since }] of held.markedHere) {
    if (msSince(since, CLOCKS) > MARKED_HERE_MS) held.markedHere.delete(number);
    else recordMarkedHere(held, known, number, { mark, at: row.now });
  }
  held.state = { now: row.now, lastNumber: Number(row.last), keysVersion: row.version, readAt };
  return { ...held.state, marks: known.marks, revision: held.revision };
}

function mayReadChanges({ state, known }: Memory): boolean {
  if (state === undefined || known === undefined) return false;
  return msSince(state.readAt, CLOCKS) < RECENT_ENOUGH_MS && msSince(known.wholeReadAt, CLOCKS) < WHOLE_EVERY_MS;
}

function record(held: Memory, { marks }: Known, statusNumber: number, mark: Mark): void {
  if (marks.get(statusNumber)?.at === mark.at) return;
  marks.set(statusNumber, mark);
  held.revision += 1;
}

/** The time is a guess until the database says it. */
function recordMarkedHere(held: Memory, known: Known, statusNumber: number, mark: Mark): void {
  if (!known.marks.has(statusNumber)) record(held, known, statusNumber, mark);
}

/** Makes this process refuse these sessions from now on, without waiting for the next query. Call it after the commit. */
export const noteEnded = (statusNumbers: readonly number[]): void => note(statusNumbers, 'revoked');

/** The same for tokens whose claims are true no more. */
export const noteStale = (statusNumbers: readonly number[]): void => note(statusNumbers, 'stale');

function note(statusNumbers: readonly number[], mark: SessionMark): void {
  const held = memory();
  const since = momentOf(CLOCKS);
  for (const number of statusNumbers) {
    held.markedHere.set(number, { mark, since });
    if (held.known !== undefined && held.state !== undefined) {
      recordMarkedHere(held, held.known, number, { mark, at: held.state.now });
    }
  }
}
