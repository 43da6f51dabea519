// The platform's own DecompressionStream would do, but Next's edge runtime has none.
import { unzlibSync, zlibSync } from 'fflate';
import { CompactSign } from 'jose';
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '../encoding';
import { fail, type Result, type StatusListFailure, succeed } from '../failures';
import { isRecord, parseJsonObject } from '../json';
import type { VerifyingKeys } from '../keys/jwk-set';
import type { SigningKey } from '../keys/signing-key';
import { ISSUED_AHEAD_TOLERANCE_SECONDS, STATUS_LIST_LIFE_SECONDS, STATUS_LIST_TTL_SECONDS } from '../policy';
import { markOf, type SessionMark, type SessionStatus, STATUS_NUMBERS } from '../session-status';
import type { EpochSeconds } from '../time';
import { hasType, hasValidSignature, selectKey, splitCompactJws } from '../token/compact-jws';
import { STATUS_LIST_SIZE } from './status-index';

// The sections named here are those of Token Status List, draft-ietf-oauth-status-list.

/** `typ` of a Status List Token (§5.1). */
export const STATUS_LIST_TYPE = 'statuslist+jwt';
/** What is asked for (§8.1) and served (§8.2). A verifier goes by the signed `typ`, not by what a host calls a file. */
export const STATUS_LIST_MEDIA_TYPE = 'application/statuslist+jwt';

/** A full list that is random does not compress: 32 KB, 43 KB as base64url, 58 KB as JWS. No more is read of an answer. */
export const MAX_STATUS_LIST_BYTES = 64 * 1024;

/** Bits of one status in the lists that we publish. */
const BITS = 2;
/** A release before knew of ended sessions only, by one bit each. Its lists are read, too. */
const BITS_OF_OLDER_RELEASES = 1;
const LIST_BYTES = (STATUS_LIST_SIZE * BITS) / 8;

/** A verified status list. */
export type StatusList = {
  readonly uri: string;
  readonly iat: EpochSeconds;
  readonly exp: EpochSeconds;
  /** Which key signed it. */
  readonly kid: string;
  /** Of one status in `statuses`. */
  readonly bits: 1 | 2;
  readonly statuses: Bytes;
};

/** A list of `STATUS_LIST_SIZE` places with these marked; place 0 is the lowest bits of byte 0 (§4.1). */
export function statusBytes(marks: Iterable<readonly [index: number, mark: SessionMark]>): Bytes {
  const statuses = new Uint8Array(LIST_BYTES);
  for (const [index, mark] of marks) setStatus(statuses, index, mark);
  return statuses;
}

/** Marks the session at `index`, which was not marked before. */
export function setStatus(statuses: Bytes, index: number, mark: SessionMark): void {
  statuses[index >> 2] = (statuses[index >> 2] ?? 0) | (STATUS_NUMBERS[mark] << ((index & 3) * BITS));
}

/**
 * What the list says of the session at `index`. Outside of the list no statement can be made, and the token is refused as if
 * it were revoked (§8.3); so is one whose number nobody of ours published.
 */
export function statusAt({ bits, statuses }: StatusList, index: number): SessionStatus {
  const placesInByte = 8 / bits;
  if (index >= statuses.length * placesInByte) return 'revoked';
  const byte = statuses[Math.floor(index / placesInByte)] ?? 0;
  const number = (byte >> ((index % placesInByte) * bits)) & ((1 << bits) - 1);
  return number === 0 ? 'valid' : markOf(number);
}

/**
 * Signs `statuses` as a Status List Token (§5.1): zlib-compressed (§4.1), `sub` is its own address. `iat` keeps its
 * fraction, which a NumericDate may have: two lists of one second can be told apart, so that the older is not replayed.
 */
export async function signStatusList(
  statuses: Bytes,
  uri: string,
  key: SigningKey,
  now: EpochSeconds,
): Promise<string> {
  const payload = {
    sub: uri,
    iat: now,
    exp: Math.floor(now) + STATUS_LIST_LIFE_SECONDS,
    ttl: STATUS_LIST_TTL_SECONDS,
    status_list: { bits: BITS, lst: toBase64Url(zlibSync(statuses, { level: 9 })) },
  };
  return new CompactSign(utf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: key.algorithm, typ: STATUS_LIST_TYPE, kid: key.kid })
    .sign(key.privateKey);
}

/**
 * Verifies a Status List Token (§8.3) that was fetched for `uri`. Stricter than it must be: `exp` is required, and a
 * status has two bits, or the one of older releases, because so it is in our lists. A list older than one already held
 * (`heldIat`) is refused, so that a replayed list cannot bring ended sessions back.
 */
export async function verifyStatusList(
  token: string,
  uri: string,
  keys: VerifyingKeys,
  now: EpochSeconds,
  heldIat: EpochSeconds,
): Promise<Result<StatusList, StatusListFailure>> {
  const split = splitCompactJws(token, MAX_STATUS_LIST_BYTES);
  if (!split.ok) return split;
  if (!hasType(split.value.header, STATUS_LIST_TYPE)) return fail('wrong_type');
  const key = selectKey(split.value.header, keys);
  if (!key.ok) return fail(key.code === 'unknown_key' ? 'unknown_key' : 'malformed');
  if (!(await hasValidSignature(split.value, key.value))) return fail('bad_signature');

  const payload = parseJsonObject(split.value.payloadBytes);
  if (payload === null) return fail('bad_claims');
  const { sub, iat, exp, nbf, ttl, status_list } = payload;
  if (typeof iat !== 'number' || typeof exp !== 'number' || !isRecord(status_list)) return fail('bad_claims');
  if (ttl !== undefined && !(typeof ttl === 'number' && ttl > 0)) return fail('bad_claims');
  // No claim of ours, but one that is there must be honoured (RFC 7519 §7.2, §4.1.5).
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now)) return fail('bad_claims');
  if (sub !== uri) return fail('wrong_subject');
  if (exp <= now) return fail('expired');
  if (iat > now + ISSUED_AHEAD_TOLERANCE_SECONDS) return fail('issued_in_future');
  if (iat < heldIat) return fail('older_than_held');
  const { bits, lst } = status_list;
  const compressed = typeof lst === 'string' ? fromBase64Url(lst) : null;
  if ((bits !== BITS && bits !== BITS_OF_OLDER_RELEASES) || compressed === null) return fail('bad_claims');
  const statuses = inflate(compressed, (STATUS_LIST_SIZE * bits) / 8);
  if (statuses === null) return fail('bad_claims');
  return succeed({ uri, iat, exp, kid: String(split.value.header['kid']), bits, statuses });
}

/** Null when the data is damaged or holds more than `maxBytes`: what does not fit is never kept. */
function inflate(compressed: Bytes, maxBytes: number): Bytes | null {
  try {
    const bytes = unzlibSync(compressed, { out: new Uint8Array(maxBytes + 1) });
    return bytes.length > maxBytes ? null : new Uint8Array(bytes);
  } catch {
    return null;
  }
}
