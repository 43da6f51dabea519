// The platform's own DecompressionStream would do, but Next's edge runtime has none.
import { unzlibSync, zlibSync } from 'fflate';
import { CompactSign } from 'jose';
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '../encoding';
import { fail, type Result, type StatusListFailure, succeed } from '../failures';
import { isRecord, parseJsonObject } from '../json';
import type { VerifyingKeys } from '../keys/jwk-set';
import type { SigningKey } from '../keys/signing-key';
import { ISSUED_AHEAD_TOLERANCE_SECONDS, STATUS_LIST_LIFE_SECONDS, STATUS_LIST_TTL_SECONDS } from '../policy';
import type { EpochSeconds } from '../time';
import { hasType, hasValidSignature, selectKey, splitCompactJws } from '../token/compact-jws';
import { STATUS_LIST_SIZE } from './status-index';

// The sections named here are those of Token Status List, draft-ietf-oauth-status-list.

/** `typ` of a Status List Token (§5.1). */
export const STATUS_LIST_TYPE = 'statuslist+jwt';
/** What is asked for (§8.1) and served (§8.2). A verifier goes by the signed `typ`, not by what a host calls a file. */
export const STATUS_LIST_MEDIA_TYPE = 'application/statuslist+jwt';

/** A full list whose every bit is random does not compress: 16 KB, 22 KB as base64url, twice that as JWS. No more is read of an answer. */
export const MAX_STATUS_LIST_BYTES = 64 * 1024;

/** A verified status list: one bit a session, set when it was ended. */
export type StatusList = {
  readonly uri: string;
  readonly iat: EpochSeconds;
  readonly exp: EpochSeconds;
  /** Which key signed it. */
  readonly kid: string;
  readonly bits: Bytes;
};

/** A list of `STATUS_LIST_SIZE` bits with those at `indexes` set; bit 0 is the lowest bit of byte 0 (§4.1). */
export function statusBits(indexes: Iterable<number>): Bytes {
  const bits = new Uint8Array(STATUS_LIST_SIZE / 8);
  for (const index of indexes) setBit(bits, index);
  return bits;
}

/** Marks the session at `index` as ended. */
export function setBit(bits: Bytes, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}

/** True when the bit is set, or when `index` lies outside: then no statement can be made, and the token is refused (§8.3). */
export const isRevoked = (list: StatusList, index: number): boolean =>
  index >= list.bits.length * 8 || ((list.bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;

/**
 * Signs `bits` as a Status List Token (§5.1): zlib-compressed (§4.1), `sub` is its own address. `iat` keeps its
 * fraction, which a NumericDate may have: two lists of one second can be told apart, so that the older is not replayed.
 */
export async function signStatusList(bits: Bytes, uri: string, key: SigningKey, now: EpochSeconds): Promise<string> {
  const payload = {
    sub: uri,
    iat: now,
    exp: Math.floor(now) + STATUS_LIST_LIFE_SECONDS,
    ttl: STATUS_LIST_TTL_SECONDS,
    status_list: { bits: 1, lst: toBase64Url(zlibSync(bits, { level: 9 })) },
  };
  return new CompactSign(utf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: key.algorithm, typ: STATUS_LIST_TYPE, kid: key.kid })
    .sign(key.privateKey);
}

/**
 * Verifies a Status List Token (§8.3) that was fetched for `uri`. Stricter than it must be: `exp` is required, and a
 * status has one bit, because our lists have both. A list older than one already held (`heldIat`) is refused, so
 * that a replayed list cannot bring ended sessions back.
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
  const compressed = typeof status_list['lst'] === 'string' ? fromBase64Url(status_list['lst']) : null;
  if (status_list['bits'] !== 1 || compressed === null) return fail('bad_claims');
  const bits = inflate(compressed, STATUS_LIST_SIZE / 8);
  return bits === null ? fail('bad_claims') : succeed({ uri, iat, exp, kid: String(split.value.header['kid']), bits });
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
