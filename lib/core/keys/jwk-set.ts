import { importJWK, type JWK } from 'jose';
import { fromBase64Url } from '../encoding';
import { isRecord } from '../json';
import { isSigningAlgorithm, type SigningAlgorithm, toPublicJwk } from './signing-key';

/** A public key and the one algorithm that it verifies. */
export type VerifyingKey = { readonly algorithm: SigningAlgorithm; readonly key: CryptoKey };

/** Keys by `kid`. The only place that a verifier looks for a key (RFC 8725 §3.10). */
export type VerifyingKeys = ReadonlyMap<string, VerifyingKey>;

const MAX_KEYS = 32;
const MIN_RSA_MODULUS_BYTES = 384;
/** 65537, the usual exponent. With 1, every text would be its own signature. */
const RSA_EXPONENT = 'AQAB';

/**
 * Imports the usable keys of a JWK Set (RFC 7517 §5). Keys that we cannot use are passed over, as §5 asks; a `kid` that
 * occurs twice is not usable at all, because it would name two keys. Null when the document is no key set.
 */
export async function importJwkSet(document: unknown): Promise<VerifyingKeys | null> {
  if (!isRecord(document) || !Array.isArray(document['keys']) || document['keys'].length > MAX_KEYS) return null;
  const keys = new Map<string, VerifyingKey>();
  const seen = new Set<string>();
  for (const jwk of document['keys']) {
    if (!isRecord(jwk) || typeof jwk['kid'] !== 'string' || jwk['kid'] === '') continue;
    const { kid } = jwk;
    if (seen.has(kid)) {
      keys.delete(kid);
      continue;
    }
    seen.add(kid);
    const imported = await importVerifyingKey(jwk, kid);
    if (imported !== null) keys.set(kid, imported);
  }
  return keys;
}

/** Null for a key that is not a public signature key of an algorithm and size that we accept. */
async function importVerifyingKey(jwk: Record<string, unknown>, kid: string): Promise<VerifyingKey | null> {
  const { alg, use, key_ops: keyOps } = jwk;
  if (!isSigningAlgorithm(alg) || (use !== undefined && use !== 'sig')) return null;
  if (keyOps !== undefined && !(Array.isArray(keyOps) && keyOps.includes('verify'))) return null;
  if (!fitsAlgorithm(jwk, alg)) return null;
  try {
    const key = await importJWK(toPublicJwk(jwk as JWK, kid, alg), alg);
    return key instanceof Uint8Array ? null : { algorithm: alg, key };
  } catch {
    return null;
  }
}

function fitsAlgorithm(jwk: Record<string, unknown>, algorithm: SigningAlgorithm): boolean {
  switch (algorithm) {
    case 'ES256':
      return jwk['kty'] === 'EC' && jwk['crv'] === 'P-256';
    case 'EdDSA':
      return jwk['kty'] === 'OKP' && jwk['crv'] === 'Ed25519';
    case 'RS256':
      return jwk['kty'] === 'RSA' && jwk['e'] === RSA_EXPONENT && isLongModulus(jwk['n']);
  }
}

/** Leading zeros make a short modulus look long (RFC 7518 §6.3.1.1 forbids them). */
function isLongModulus(text: unknown): boolean {
  const modulus = typeof text === 'string' ? fromBase64Url(text) : null;
  return modulus !== null && modulus.length >= MIN_RSA_MODULUS_BYTES && (modulus[0] ?? 0) >= 0x80;
}
