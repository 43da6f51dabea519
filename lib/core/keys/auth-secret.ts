import { type Bytes, equalBytes, fromBase64Url, utf8 } from '../encoding';
import { fail, type Result, succeed } from '../failures';

/** One entry of `AUTH_SECRET`, as a source of purpose-bound keys. */
export type RootSecret = {
  /** 0-255, derived from the secret itself: the order of the list may change, the name of a key does not. */
  readonly id: number;
  readonly hkdfKey: CryptoKey;
};

/** Never empty: the first entry makes, all entries are accepted. */
export type RootSecrets = readonly [RootSecret, ...RootSecret[]];

export type AuthSecretFailure = 'empty' | 'not_base64url_or_hex' | 'too_short' | 'duplicate' | 'repetitive';

const MIN_BYTES = 32;
const MIN_DISTINCT_BYTES = 8;

/**
 * Reads a comma-separated list of secrets, each base64url or hex of at least 32 bytes. Text that decodes but is
 * plainly not random (fewer than 8 different bytes) is refused: a length alone proves nothing.
 */
export function parseAuthSecret(text: string): Result<Bytes[], AuthSecretFailure> {
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.every((entry) => entry === '')) return fail('empty');
  const secrets: Bytes[] = [];
  for (const entry of entries) {
    const bytes = decodeSecret(entry);
    if (bytes === null) return fail('not_base64url_or_hex');
    if (bytes.length < MIN_BYTES) return fail('too_short');
    if (new Set(bytes).size < MIN_DISTINCT_BYTES) return fail('repetitive');
    if (secrets.some((known) => equalBytes(known, bytes))) return fail('duplicate');
    secrets.push(bytes);
  }
  return succeed(secrets);
}

function decodeSecret(text: string): Bytes | null {
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) {
    return new Uint8Array((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
  }
  return fromBase64Url(text.replace(/=+$/, ''));
}

/** Prepares the parsed secrets for derivation (HKDF, RFC 5869). */
export async function importRootSecrets(secrets: readonly Bytes[]): Promise<RootSecrets> {
  const [first, ...rest] = await Promise.all(secrets.map(importRootSecret));
  if (first === undefined) throw new Error('At least one secret is needed');
  return [first, ...rest];
}

async function importRootSecret(secret: Bytes): Promise<RootSecret> {
  const hkdfKey = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits', 'deriveKey']);
  const [id] = await deriveBytes(hkdfKey, 'handstamp/key-id/v1', 1);
  if (id === undefined) throw new Error('HKDF gave no bytes');
  return { id, hkdfKey };
}

/** `length` bytes bound to `purpose`; different purposes of one secret are unrelated. */
export async function deriveBytes(hkdfKey: CryptoKey, purpose: string, length: number): Promise<Bytes> {
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8(purpose) };
  return new Uint8Array(await crypto.subtle.deriveBits(params, hkdfKey, length * 8));
}

/** An HMAC-SHA-256 key bound to `purpose`. */
export async function deriveMacKey(secret: RootSecret, purpose: string): Promise<CryptoKey> {
  const bytes = await deriveBytes(secret.hkdfKey, purpose, 32);
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}

/** An AES-256-GCM key bound to `purpose`. */
export async function deriveEncryptionKey(secret: RootSecret, purpose: string): Promise<CryptoKey> {
  const bytes = await deriveBytes(secret.hkdfKey, purpose, 32);
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
