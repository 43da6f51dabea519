import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';

/**
 * Algorithms that we sign with and verify (RFC 7518 §3.1, RFC 8037 §3.1). A key has one; a token's own `alg` is only
 * ever compared with it.
 */
export const SIGNING_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

export const isSigningAlgorithm = (value: unknown): value is SigningAlgorithm =>
  SIGNING_ALGORITHMS.some((algorithm) => algorithm === value);

/** A published signing key: public members only. */
export type PublicSigningJwk = JWK & { readonly kid: string; readonly alg: SigningAlgorithm };

/** A signing key ready for use. */
export type SigningKey = { readonly kid: string; readonly algorithm: SigningAlgorithm; readonly privateKey: CryptoKey };

/** A signing key ready to be stored: the private part leaves this process only encrypted. */
export type NewSigningKey = {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly privateJwk: JWK;
  readonly publicJwk: PublicSigningJwk;
};

const KID_LENGTH = 8;
const RSA_BITS = 3072;

const PUBLIC_MEMBERS = {
  ES256: ['kty', 'crv', 'x', 'y'],
  EdDSA: ['kty', 'crv', 'x'],
  RS256: ['kty', 'n', 'e'],
} as const;

/** A fresh key pair. Its `kid` is the head of its RFC 7638 thumbprint: short, because every token carries it. */
export async function generateSigningKey(algorithm: SigningAlgorithm): Promise<NewSigningKey> {
  const options = algorithm === 'RS256' ? { modulusLength: RSA_BITS } : algorithm === 'EdDSA' ? { crv: 'Ed25519' } : {};
  const pair = await generateKeyPair(algorithm, { ...options, extractable: true });
  const privateJwk = await exportJWK(pair.privateKey);
  const kid = (await calculateJwkThumbprint(privateJwk, 'sha256')).slice(0, KID_LENGTH);
  return { kid, algorithm, privateJwk, publicJwk: toPublicJwk(privateJwk, kid, algorithm) };
}

/** The public members of `jwk` and nothing else, chosen by name so that a new private member cannot slip through. */
export function toPublicJwk(jwk: JWK, kid: string, algorithm: SigningAlgorithm): PublicSigningJwk {
  const members = PUBLIC_MEMBERS[algorithm].map((member) => [member, jwk[member]] as const);
  return { ...Object.fromEntries(members), kid, alg: algorithm, use: 'sig' };
}

export async function importSigningKey(kid: string, algorithm: SigningAlgorithm, jwk: JWK): Promise<SigningKey> {
  const privateKey = await importJWK(jwk, algorithm);
  if (privateKey instanceof Uint8Array || privateKey.type !== 'private') throw new Error('This is no private key');
  return { kid, algorithm, privateKey };
}
