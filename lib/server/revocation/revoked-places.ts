import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { andThen, type MaybePromise } from '@/lib/core/maybe-promise';
import { listOfUri, type StatusIndex } from '@/lib/core/status-list/status-index';
import { statusBits } from '@/lib/core/status-list/status-list';
import type { EpochSeconds } from '@/lib/core/time';
import { env } from '@/lib/server/config/env';
import { type LiveState, liveState } from '@/lib/server/database/live-state';
import { statusPositions } from './status-positions';

/** What one status list says. Grows with the revocations: read it before the next `await`. */
export type RevokedList = {
  /** One bit a session, set when it was ended. */
  readonly bits: Bytes;
  readonly count: number;
  /** With `count`, a name for the contents. */
  readonly indexSum: number;
  readonly lastRevokedAt: EpochSeconds;
};

export type RevokedPlaces = {
  readonly state: LiveState;
  readonly positionOf: StatusIndex;
  /** Lists with at least one ended session. */
  readonly lists: ReadonlyMap<number, RevokedList>;
};

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
type Taken = { readonly from: LiveState['revoked']; count: number; readonly lists: Map<number, Writable<RevokedList>> };

let taken: Taken | undefined;

/**
 * Where the ended sessions are, never older than one second. A revocation is placed once, when it is first seen, however
 * often this is called. Rejects when the database does not answer.
 */
export async function revokedPlaces(): Promise<RevokedPlaces> {
  const [state, positionOf] = await Promise.all([liveState(), statusPositions()]);
  if (taken?.from !== state.revoked) taken = { from: state.revoked, count: 0, lists: new Map() };
  const { from, lists } = taken;
  for (; taken.count < from.length; taken.count += 1) {
    const [statusNumber, revokedAt] = from[taken.count] ?? [0, 0];
    const { list, index } = positionOf(statusNumber);
    let contents = lists.get(list);
    if (contents === undefined) {
      contents = { bits: statusBits([]), count: 0, indexSum: 0, lastRevokedAt: 0 };
      lists.set(list, contents);
    }
    contents.lastRevokedAt = Math.max(contents.lastRevokedAt, revokedAt);
    if (hasBit(contents, index)) continue;
    contents.bits[index >> 3] = (contents.bits[index >> 3] ?? 0) | (1 << (index & 7));
    contents.count += 1;
    contents.indexSum += index;
  }
  return { state, positionOf, lists };
}

/** Whether the session that a verified token of ours names by `uri` and `index` was ended. */
export function isRevokedPlace(uri: string, index: number): MaybePromise<boolean> {
  const list = listOfUri(env().appOrigin, uri);
  if (list === null) return true;
  return andThen(liveState(), ({ revoked }) =>
    andThen(takenOf(revoked) ?? revokedPlaces(), ({ lists }) => {
      const contents = lists.get(list);
      return contents !== undefined && hasBit(contents, index);
    }),
  );
}

/** The lists, if every revocation was placed already. */
const takenOf = (revoked: LiveState['revoked']): Pick<RevokedPlaces, 'lists'> | undefined =>
  taken?.from === revoked && taken.count === revoked.length ? taken : undefined;

const hasBit = ({ bits }: RevokedList, index: number): boolean => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
