import { type Bytes, concatBytes, type RandomBytes, utf8 } from '../encoding';
import { fail, type Result, succeed } from '../failures';
import { deriveEncryptionKey, type RootSecrets } from './auth-secret';

/** A secret as the database keeps it: encrypted under one entry of `AUTH_SECRET`. */
export type WrappedSecret = { readonly wrappedSecret: Bytes; readonly wrappingKeyId: number };

/** What a wrapped secret is for. Authenticated with it, so that rows cannot be swapped. */
export type WrappedFor = { readonly purpose: string; readonly id: string };

export type UnwrapFailure = 'unknown_wrapping_key' | 'undecryptable';

const WRAPPING_PURPOSE = 'handstamp/wrap/v1';
const NONCE_BYTES = 12;

/** Encrypts under the first root secret: AES-256-GCM, nonce in front, purpose and id as additional data. */
export async function wrapSecret(
  secret: Uint8Array,
  roots: RootSecrets,
  context: WrappedFor,
  random: RandomBytes,
): Promise<WrappedSecret> {
  const [root] = roots;
  const key = await deriveEncryptionKey(root, WRAPPING_PURPOSE);
  const nonce = random(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt(gcm(nonce, context), key, new Uint8Array(secret));
  return { wrappedSecret: concatBytes(nonce, new Uint8Array(sealed)), wrappingKeyId: root.id };
}

/**
 * Decrypts with whichever root secret bears the wrapping id. Ids are one byte, so two entries of the list may share
 * one: both are tried.
 */
export async function unwrapSecret(
  wrapped: { readonly wrappedSecret: Uint8Array; readonly wrappingKeyId: number },
  roots: RootSecrets,
  context: WrappedFor,
): Promise<Result<Bytes, UnwrapFailure>> {
  const candidates = roots.filter((root) => root.id === wrapped.wrappingKeyId);
  if (candidates.length === 0) return fail('unknown_wrapping_key');
  const nonce = new Uint8Array(wrapped.wrappedSecret.subarray(0, NONCE_BYTES));
  const sealed = new Uint8Array(wrapped.wrappedSecret.subarray(NONCE_BYTES));
  for (const root of candidates) {
    const key = await deriveEncryptionKey(root, WRAPPING_PURPOSE);
    try {
      return succeed(new Uint8Array(await crypto.subtle.decrypt(gcm(nonce, context), key, sealed)));
    } catch {
      // Authentication failed: the other entry of this id may be the right one.
    }
  }
  return fail('undecryptable');
}

const gcm = (iv: Bytes, { purpose, id }: WrappedFor) => ({
  name: 'AES-GCM',
  iv,
  additionalData: utf8(`${purpose}:${id}`),
});
