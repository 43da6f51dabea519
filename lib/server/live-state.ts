import 'server-only';
import { type Clocks, type Moment, momentOf, msSince } from '@/lib/core/moment';
import type { EpochSeconds } from '@/lib/core/time';
import { db } from './db';
import { type LoadedKeys, loadKeys } from './key-store';

/** What the database says about ended sessions and keys, as this process holds it in memory. */
export type LiveState = {
  /** Status numbers of sessions ended within the retention of the list, with the database's time of it. */
  readonly revoked: ReadonlyMap<number, EpochSeconds>;
  /** The database's clock when it was asked. */
  readonly now: EpochSeconds;
  /** The highest status number given out so far. */
  readonly lastNumber: number;
  /** Changes when a key is made, promoted or retired. */
  readonly keysVersion: string;
  /** Before the query that brought it. */
  readonly readAt: Moment;
};

type StateRow = { now: number; revoked: [statusNumber: number, revokedAt: number][]; last: bigint; version: string };

type Memory = {
  state?: LiveState;
  reading?: Promise<LiveState> | undefined;
  keys?: { version: string; loaded: Promise<LoadedKeys> };
  /** Ended by this very process, and when: known at once, before any query says so. */
  endedHere: Map<number, Moment>;
};

const CLOCKS: Clocks = { monotonicMs: () => performance.now(), now: () => Date.now() / 1_000 };
const MAX_AGE_MS = 1_000;
/** An own revocation is in every query that begins this long after it, also past a slow commit. */
const ENDED_HERE_MS = 60_000;

const shared = globalThis as typeof globalThis & { handstampLiveState?: Memory };
function memory(): Memory {
  shared.handstampLiveState ??= { endedHere: new Map() };
  return shared.handstampLiveState;
}

/**
 * The state, never older than one second: one query a second at most, shared by all who wait, whatever the traffic.
 * Rejects when the database does not answer.
 */
export async function liveState(): Promise<LiveState> {
  const held = memory();
  if (held.state !== undefined && msSince(held.state.readAt, CLOCKS) < MAX_AGE_MS) return held.state;
  held.reading ??= readState().finally(() => {
    held.reading = undefined;
  });
  return held.reading;
}

async function readState(): Promise<LiveState> {
  const held = memory();
  const readAt = momentOf(CLOCKS);
  const [row] = await db().$queryRaw<StateRow[]>`
    SELECT
      extract(epoch FROM now())::float8 AS now,
      coalesce((SELECT json_agg(json_build_array("statusNumber", extract(epoch FROM "revokedAt")))
        FROM "Revocation" WHERE "keepUntil" > now()), '[]') AS revoked,
      (SELECT last_value FROM "Session_statusNumber_seq") AS last,
      (SELECT count(*) || ' ' || coalesce(max(greatest("createdAt", "promotedAt", "retiredAt"))::text, '')
        FROM "Key") AS version`;
  if (row === undefined) throw new Error('The state query gave no row');
  const revoked = new Map(row.revoked);
  for (const [number, endedAt] of held.endedHere) {
    if (msSince(endedAt, CLOCKS) > ENDED_HERE_MS) held.endedHere.delete(number);
    else if (!revoked.has(number)) revoked.set(number, row.now);
  }
  held.state = { revoked, now: row.now, lastNumber: Number(row.last), keysVersion: row.version, readAt };
  return held.state;
}

/** Makes this process refuse these sessions from now on, without waiting for the next query. */
export function noteEnded(statusNumbers: readonly number[]): void {
  const held = memory();
  const endedAt = momentOf(CLOCKS);
  for (const number of statusNumbers) held.endedHere.set(number, endedAt);
  if (held.state === undefined || statusNumbers.length === 0) return;
  const { revoked, now } = held.state;
  held.state = {
    ...held.state,
    revoked: new Map([...revoked, ...statusNumbers.map((number) => [number, now] as const)]),
  };
}

/** All keys, decrypted once and read again only after they changed. */
export async function liveKeys(): Promise<LoadedKeys> {
  const held = memory();
  if (held.state === undefined) await liveState();
  const version = held.state?.keysVersion ?? '';
  if (held.keys?.version !== version) {
    const loaded = loadKeys(db());
    held.keys = { version, loaded };
    loaded.catch(() => {
      if (held.keys?.loaded === loaded) delete held.keys;
    });
  }
  return held.keys.loaded;
}
