import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { listOfUri, STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import { setBit, statusBits } from '@/lib/core/status-list/status-list';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { type LiveState, lastKnownState, liveState } from '@/lib/server/database/live-state';
import { statusPositions } from './status-positions';

/** More than begin while what is known of the numbers grows old. */
const NUMBERS_AHEAD = 1_000;

/**
 * Whether the session that a verified token of ours names by `uri` and `index` was ended: at once where it was ended, a
 * second later elsewhere. What is no place of a list of ours counts as ended. While the database is away, what was known
 * in the last 30 s counts; rejects after that.
 */
export async function isRevoked(uri: string, index: number): Promise<boolean> {
  const list = listOfUri(env().appOrigin, uri);
  if (list === null || index >= STATUS_LIST_SIZE) return true;
  const { revokedAt, lastNumber } = await lastKnownState();
  const { numberAt, positionOf } = await statusPositions();
  if (list > positionOf(lastNumber + NUMBERS_AHEAD).list) return true;
  return revokedAt.has(numberAt({ list, index }));
}

/** What one status list says. */
export type RevokedList = {
  /** One bit a session, set when it was ended. */
  readonly bits: Bytes;
  readonly count: number;
  /** With `count`, a name for the contents. */
  readonly indexSum: number;
  readonly lastRevokedAt: EpochSeconds;
};

export type RevokedLists = {
  readonly state: LiveState;
  /** The highest list that a session belongs to. */
  readonly lastList: number;
  of(list: number): RevokedList;
};

const EMPTY_LIST: RevokedList = { bits: statusBits([]), count: 0, indexSum: 0, lastRevokedAt: 0 };

let held: { readonly revision: number; readonly lists: ReadonlyMap<number, RevokedList> } | undefined;

/** The lists as they are to be published, made anew when a session ended since. Rejects when the database does not answer. */
export async function revokedLists(): Promise<RevokedLists> {
  const [state, { positionOf }] = await Promise.all([liveState(), statusPositions()]);
  if (held?.revision !== state.revision) {
    held = { revision: state.revision, lists: placeAll(state.revokedAt, positionOf) };
  }
  const { lists } = held;
  return { state, lastList: positionOf(state.lastNumber).list, of: (list) => lists.get(list) ?? EMPTY_LIST };
}

function placeAll(
  revokedAt: LiveState['revokedAt'],
  positionOf: Awaited<ReturnType<typeof statusPositions>>['positionOf'],
): ReadonlyMap<number, RevokedList> {
  const lists = new Map<number, { -readonly [Name in keyof RevokedList]: RevokedList[Name] }>();
  for (const [statusNumber, at] of revokedAt) {
    const { list, index } = positionOf(statusNumber);
    const contents = lists.get(list) ?? { ...EMPTY_LIST, bits: statusBits([]) };
    lists.set(list, contents);
    setBit(contents.bits, index);
    contents.count += 1;
    contents.indexSum += index;
    contents.lastRevokedAt = Math.max(contents.lastRevokedAt, at);
  }
  return lists;
}
