import { type Bytes, concatBytes, type RandomBytes, utf8 } from '../encoding';

const NONCE_BYTES = 12;

/** A key for `encryptBytes`, of 32 random bytes. */
export const importEncryptionKey = (bytes: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

/**
 * AES-256-GCM: nonce, ciphertext, tag. `boundTo` says what the bytes are for and whose they are, and is authenticated with
 * them, so that rows of a table cannot be swapped.
 */
export async function encryptBytes(
  plain: Uint8Array,
  key: CryptoKey,
  boundTo: string,
  random: RandomBytes,
): Promise<Bytes> {
  const nonce = random(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt(gcm(nonce, boundTo), key, new Uint8Array(plain));
  return concatBytes(nonce, new Uint8Array(sealed));
}

/** The bytes; null under another key, for another purpose, and where they were changed. */
export async function decryptBytes(encrypted: Uint8Array, key: CryptoKey, boundTo: string): Promise<Bytes | null> {
  const nonce = new Uint8Array(encrypted.subarray(0, NONCE_BYTES));
  const sealed = new Uint8Array(encrypted.subarray(NONCE_BYTES));
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, boundTo), key, sealed));
  } catch {
    return null;
  }
}

const gcm = (iv: Bytes, boundTo: string) => ({ name: 'AES-GCM', iv, additionalData: utf8(boundTo) });
