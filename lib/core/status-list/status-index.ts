import type { Bytes } from '../encoding';
import { deriveBytes } from '../keys/auth-secret';

/** Sessions in one status list. */
export const STATUS_LIST_SIZE = 2 ** 17;

/** Where the status of a session is published. */
export type StatusPosition = { readonly list: number; readonly index: number };

/** Maps a session's number to its place, and back. Made once, then pure arithmetic. */
export type StatusIndex = {
  positionOf(statusNumber: number): StatusPosition;
  /** `index` below `STATUS_LIST_SIZE`. */
  numberAt(position: StatusPosition): number;
};

const ROUNDS = 4;
const HALF_BITS = 9;
const HALF_SIZE = 2 ** HALF_BITS;
const HALF_MASK = HALF_SIZE - 1;

/**
 * The permutation keyed by `key` (32 bytes). Numbers come from a sequence, so that none is ever used twice; the
 * permutation hides their order inside a list from a reader of a token's index. It is a Feistel network over
 * 18 bits, walked until it lands below 2^17: a bijection whatever the round functions are.
 */
export async function statusIndex(key: Bytes): Promise<StatusIndex> {
  const hkdfKey = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveBits']);
  const bytes = await deriveBytes(hkdfKey, 'handstamp/status-index/v1', ROUNDS * HALF_SIZE * 2);
  const rounds = new Uint16Array(ROUNDS * HALF_SIZE);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < rounds.length; at += 1) rounds[at] = view.getUint16(at * 2) & HALF_MASK;

  const permuteOnce = (value: number): number => {
    let left = value >> HALF_BITS;
    let right = value & HALF_MASK;
    for (let round = 0; round < ROUNDS; round += 1) {
      [left, right] = [right, left ^ (rounds[round * HALF_SIZE + right] ?? 0)];
    }
    return (left << HALF_BITS) | right;
  };
  const undoOnce = (value: number): number => {
    let left = value >> HALF_BITS;
    let right = value & HALF_MASK;
    for (let round = ROUNDS - 1; round >= 0; round -= 1) {
      [left, right] = [right ^ (rounds[round * HALF_SIZE + left] ?? 0), left];
    }
    return (left << HALF_BITS) | right;
  };

  return {
    positionOf(statusNumber) {
      let index = permuteOnce(statusNumber % STATUS_LIST_SIZE);
      while (index >= STATUS_LIST_SIZE) index = permuteOnce(index);
      return { list: Math.floor(statusNumber / STATUS_LIST_SIZE), index };
    },
    numberAt({ list, index }) {
      let place = undoOnce(index);
      while (place >= STATUS_LIST_SIZE) place = undoOnce(place);
      return list * STATUS_LIST_SIZE + place;
    },
  };
}

/** The address of a list, as tokens name it. */
export const statusListUri = (issuer: string, list: number): string => `${issuer}/status-lists/${list}`;

/** The list that `uri` names, when it is one of `issuer` in its only spelling; null otherwise. */
export function listOfUri(issuer: string, uri: string): number | null {
  const prefix = `${issuer}/status-lists/`;
  return uri.startsWith(prefix) ? parseListNumber(uri.slice(prefix.length)) : null;
}

/** A list number in its only spelling: digits, no leading zero; null otherwise. */
export const parseListNumber = (text: string): number | null =>
  /^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : null;
