import { type Bytes, fromBase64Url, utf8 } from '../encoding';
import { fail, type Result, succeed } from '../failures';
import { parseJsonObject } from '../json';
import type { VerifyingKey, VerifyingKeys } from '../keys/jwk-set';
import type { SigningAlgorithm } from '../keys/signing-key';

/** A compact JWS (RFC 7515 §7.1) taken apart, nothing believed yet. */
export type CompactJws = {
  readonly header: Record<string, unknown>;
  readonly payloadBytes: Bytes;
  readonly signature: Bytes;
  /** ASCII of `header.payload`, what the signature covers. */
  readonly signingInput: Bytes;
};

/** Header members that would let a token choose its own key or rules (RFC 8725 §3.10, RFC 7515 §4.1.11). */
const FORBIDDEN_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip'] as const;

const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Splits a token of at most `maxBytes`. Each part must be canonical base64url and the header one JSON object, so that
 * one token has one spelling (RFC 8725bis §3.14).
 */
export function splitCompactJws(token: string, maxBytes: number): Result<CompactJws, 'malformed'> {
  if (token.length > maxBytes || !SHAPE.test(token)) return fail('malformed');
  const [headerPart = '', payloadPart = '', signaturePart = ''] = token.split('.');
  const headerBytes = fromBase64Url(headerPart);
  const payloadBytes = fromBase64Url(payloadPart);
  const signature = fromBase64Url(signaturePart);
  if (headerBytes === null || payloadBytes === null || signature === null) return fail('malformed');
  const header = parseJsonObject(headerBytes);
  if (header === null) return fail('malformed');
  const signingInput = utf8(`${headerPart}.${payloadPart}`);
  return succeed({ header, payloadBytes, signature, signingInput });
}

/** True when `typ` is `expected`, with or without the `application/` prefix (RFC 7515 §4.1.9, RFC 9068 §4). */
export function hasType(header: Record<string, unknown>, expected: string): boolean {
  const { typ } = header;
  if (typeof typ !== 'string') return false;
  const lowered = typ.toLowerCase();
  return lowered === expected || lowered === `application/${expected}`;
}

/** The key that `kid` names in `keys`, when the header asks for nothing that we refuse and claims that key's algorithm. */
export function selectKey(
  header: Record<string, unknown>,
  keys: VerifyingKeys,
): Result<VerifyingKey, 'forbidden_header' | 'unknown_key' | 'wrong_algorithm'> {
  if (FORBIDDEN_MEMBERS.some((member) => Object.hasOwn(header, member))) return fail('forbidden_header');
  const { kid, alg } = header;
  const key = typeof kid === 'string' ? keys.get(kid) : undefined;
  if (key === undefined) return fail('unknown_key');
  return alg === key.algorithm ? succeed(key) : fail('wrong_algorithm');
}

/** Parameters of WebCrypto for each algorithm; the hash and the padding belong to the algorithm, never to the token. */
const WEBCRYPTO: Record<SigningAlgorithm, AlgorithmIdentifier | EcdsaParams> = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
};

/** True when `key` made the signature. A signature of the wrong length is false, not an error. */
export async function hasValidSignature(jws: CompactJws, key: VerifyingKey): Promise<boolean> {
  try {
    return await crypto.subtle.verify(WEBCRYPTO[key.algorithm], key.key, jws.signature, jws.signingInput);
  } catch {
    return false;
  }
}
