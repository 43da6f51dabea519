import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { decryptBytes, encryptBytes, importEncryptionKey } from '@/lib/core/keys/encrypted-bytes';
import { totpKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';

/** The secret of an authenticator app as the database keeps it. */
export type KeptSecret = { readonly secret: Uint8Array; readonly keyId: string };

/** Under today's data key, and bound to the person: a row that is given to somebody else opens nothing. */
export async function keepSecret(userId: string, secret: Bytes): Promise<{ secret: Bytes; keyId: string }> {
  const { current } = await totpKeys();
  const key = await importEncryptionKey(current.bytes);
  return { secret: await encryptBytes(secret, key, boundTo(userId), randomBytes), keyId: current.id };
}

/** Throws where the row was damaged or its data key is gone: that is our failure, and no wrong code. */
export async function openSecret(userId: string, { secret, keyId }: KeptSecret): Promise<Bytes> {
  const dataKey = (await totpKeys()).byId(keyId);
  const opened =
    dataKey === undefined
      ? null
      : await decryptBytes(secret, await importEncryptionKey(dataKey.bytes), boundTo(userId));
  if (opened === null) throw new Error('The secret of an authenticator app cannot be opened');
  return opened;
}

const boundTo = (userId: string): string => `totp:${userId}`;
