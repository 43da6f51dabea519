import 'server-only';
import { toBase64Url, utf8 } from '@/lib/core/encoding';
import type { EpochSeconds } from '@/lib/core/time';
import { statusListUri } from '@/lib/core/token/status-index';
import { STATUS_LIST_LIFE_SECONDS, signStatusList, statusBits } from '@/lib/core/token/status-list';
import { statusPositions } from './auth/session-tokens';
import { env } from './env';
import { type LiveState, liveKeys, liveState } from './live-state';

/** A signed list and a name for exactly this text. */
export type PublishedList = { readonly token: string; readonly etag: string };

type Contents = { readonly indexes: number[]; lastRevokedAt: EpochSeconds; indexSum: number };
type Signed = PublishedList & { readonly signedFor: string };

const RESIGN_SECONDS = STATUS_LIST_LIFE_SECONDS / 2;

let contentsOf: { state: LiveState['revoked']; lists: ReadonlyMap<number, Contents> } | undefined;
const signedLists = new Map<number, Promise<Signed>>();

/**
 * The current Status List Token of `list`; null, from memory, for a list that no session belongs to.
 *
 * `iat` is the time of the newest revocation in it, or the beginning of the present half minute if that is later. Both
 * are the database's, so all instances agree on it, and a verifier that never goes back in time can ask any of them.
 */
export async function publishedStatusList(list: number): Promise<PublishedList | null> {
  const [state, positionOf, { signing }] = await Promise.all([liveState(), statusPositions(), liveKeys()]);
  if (list > positionOf(state.lastNumber).list) return null;
  if (contentsOf?.state !== state.revoked) contentsOf = { state: state.revoked, lists: groupByList(state, positionOf) };
  const { indexes = [], lastRevokedAt = 0, indexSum = 0 } = contentsOf.lists.get(list) ?? {};
  const windowStart = Math.floor(state.now / RESIGN_SECONDS) * RESIGN_SECONDS;
  const iat = Math.max(lastRevokedAt, windowStart);
  const signedFor = `${signing.kid} ${iat} ${lastRevokedAt} ${indexes.length} ${indexSum}`;

  const held = await signedLists.get(list);
  if (held?.signedFor === signedFor) return held;
  const signed = sign(statusListUri(env().appOrigin, list), indexes, iat, signedFor);
  signedLists.set(list, signed);
  signed.catch(() => signedLists.delete(list));
  return signed;

  async function sign(uri: string, at: readonly number[], issuedAt: EpochSeconds, key: string): Promise<Signed> {
    const token = await signStatusList(statusBits(at), uri, signing, issuedAt);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(token)));
    return { token, etag: `"${toBase64Url(digest.subarray(0, 12))}"`, signedFor: key };
  }
}

function groupByList(
  { revoked }: LiveState,
  positionOf: (statusNumber: number) => { list: number; index: number },
): ReadonlyMap<number, Contents> {
  const lists = new Map<number, Contents>();
  for (const [number, revokedAt] of revoked) {
    const { list, index } = positionOf(number);
    const contents = lists.get(list) ?? { indexes: [], lastRevokedAt: 0, indexSum: 0 };
    contents.indexes.push(index);
    contents.indexSum += index;
    contents.lastRevokedAt = Math.max(contents.lastRevokedAt, revokedAt);
    lists.set(list, contents);
  }
  return lists;
}
