import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { type SessionStatus, STATUS_NUMBERS } from '@/lib/core/session-status';
import { listOfUri, STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import { setStatus, statusBytes } from '@/lib/core/status-list/status-list';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { type LiveState, lastKnownState, liveState } from '@/lib/server/database/live-state';
import { statusPositions } from './status-positions';

/** More than begin while what is known of the numbers grows old. */
const NUMBERS_AHEAD = 1_000;

/**
 * What became of the session that a verified token of ours names by `uri` and `index`: at once where it happened, a second
 * later elsewhere. What is no place of a list of ours counts as ended. While the database is away, what was known in the
 * last 30 s counts; rejects after that.
 */
export async function statusOf(uri: string, index: number): Promise<SessionStatus> {
  const list = listOfUri(env().appOrigin, uri);
  if (list === null || index >= STATUS_LIST_SIZE) return 'revoked';
  const { marks, lastNumber } = await lastKnownState();
  const { numberAt, positionOf } = await statusPositions();
  if (list > positionOf(lastNumber + NUMBERS_AHEAD).list) return 'revoked';
  return marks.get(numberAt({ list, index }))?.mark ?? 'valid';
}

/** What one status list says. */
export type MarkedList = {
  readonly statuses: Bytes;
  readonly count: number;
  /** Of places and their statuses: with `count`, a name for the contents. */
  readonly sum: number;
  readonly lastMarkedAt: EpochSeconds;
};

export type MarkedLists = {
  readonly state: LiveState;
  /** The highest list that a session belongs to. */
  readonly lastList: number;
  of(list: number): MarkedList;
};

const EMPTY_LIST: MarkedList = { statuses: statusBytes([]), count: 0, sum: 0, lastMarkedAt: 0 };

let held: { readonly revision: number; readonly lists: ReadonlyMap<number, MarkedList> } | undefined;

/** The lists as they are to be published, made anew when something was marked since. Rejects when the database does not answer. */
export async function markedLists(): Promise<MarkedLists> {
  const [state, { positionOf }] = await Promise.all([liveState(), statusPositions()]);
  if (held?.revision !== state.revision) {
    held = { revision: state.revision, lists: placeAll(state.marks, positionOf) };
  }
  const { lists } = held;
  return { state, lastList: positionOf(state.lastNumber).list, of: (list) => lists.get(list) ?? EMPTY_LIST };
}

function placeAll(
  marks: LiveState['marks'],
  positionOf: Awaited<ReturnType<typeof statusPositions>>['positionOf'],
): ReadonlyMap<number, MarkedList> {
  const lists = new Map<number, { -readonly [Name in keyof MarkedList]: MarkedList[Name] }>();
  for (const [statusNumber, { mark, at }] of marks) {
    const { list, index } = positionOf(statusNumber);
    const contents = lists.get(list) ?? { ...EMPTY_LIST, statuses: statusBytes([]) };
    lists.set(list, contents);
    setStatus(contents.statuses, index, mark);
    contents.count += 1;
    contents.sum += index + STATUS_LIST_SIZE * STATUS_NUMBERS[mark];
    contents.lastMarkedAt = Math.max(contents.lastMarkedAt, at);
  }
  return lists;
}
