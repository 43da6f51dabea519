import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import type { DataKey, Keyring } from './keyring';
import { heldKeyring, liveKeyring } from './live-keyring';

/** A data key for new work, and the older ones by name for what they once made. */
export type KeyChoice = { readonly current: DataKey; byId(id: string): DataKey | undefined };

/** Keys of the password pre-hash. A stored hash names the one that made it. */
export const pepperKeys = (): Promise<KeyChoice> => choose('pepper');

/** Keys of sealed tokens. The token names its own in `kid`. */
export const sealKeys = (): Promise<KeyChoice> => choose('seal');

/** The same as this process last knew them: good for sealing, inside a transaction too. */
export const heldSealKeys = (): Promise<KeyChoice> => choose('seal', heldKeyring());

/** Keys of the secrets of authenticator apps. A stored secret names the one that it is under. */
export const totpKeys = (): Promise<KeyChoice> => choose('totp');

/** The key of the permutation that spreads sessions over a status list. */
export const statusIndexKey = async (): Promise<Bytes> => (await choose('status_index')).current.bytes;

/**
 * What turns a typed address into the name of a bucket, which says nothing to a reader of the database. It is stored, and
 * not made from `AUTH_SECRET`: a new secret must not forget who waits.
 */
export const limiterKey = async (): Promise<Bytes> => (await choose('limiter')).current.bytes;

async function choose(purpose: keyof Keyring['data'], keyring: Promise<Keyring> = liveKeyring()): Promise<KeyChoice> {
  const keys = (await keyring).data[purpose];
  return { current: keys.current, byId: (id) => keys.byId.get(id) };
}
