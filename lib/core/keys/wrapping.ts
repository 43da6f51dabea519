import type { Bytes, RandomBytes } from '../encoding';
import { fail, type Result, succeed } from '../failures';
import { deriveEncryptionKey, type RootSecrets } from './auth-secret';
import { decryptBytes, encryptBytes } from './encrypted-bytes';

/** A secret as the database keeps it: encrypted under one entry of `AUTH_SECRET`. */
export type WrappedSecret = { readonly wrappedSecret: Bytes; readonly wrappingKeyId: number };

/** What a wrapped secret is for. Authenticated with it, so that rows cannot be swapped. */
export type WrappedFor = { readonly purpose: string; readonly id: string };

export type UnwrapFailure = 'unknown_wrapping_key' | 'undecryptable';

const WRAPPING_PURPOSE = 'handstamp/wrap/v1';

/** Encrypts under the first root secret: AES-256-GCM, nonce in front, purpose and id as additional data. */
export async function wrapSecret(
  secret: Uint8Array,
  roots: RootSecrets,
  context: WrappedFor,
  random: RandomBytes,
): Promise<WrappedSecret> {
  const [root] = roots;
  const key = await deriveEncryptionKey(root, WRAPPING_PURPOSE);
  const wrappedSecret = await encryptBytes(secret, key, boundTo(context), random);
  return { wrappedSecret, wrappingKeyId: root.id };
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
  for (const root of candidates) {
    const key = await deriveEncryptionKey(root, WRAPPING_PURPOSE);
    const secret = await decryptBytes(wrapped.wrappedSecret, key, boundTo(context));
    if (secret !== null) return succeed(secret);
  }
  return fail('undecryptable');
}

const boundTo = ({ purpose, id }: WrappedFor): string => `${purpose}:${id}`;
