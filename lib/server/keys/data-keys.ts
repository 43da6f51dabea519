import 'server-only';
import type { Bytes } from '@/lib/core/encoding';
import { deriveBytes } from '@/lib/core/keys/auth-secret';
import type { DataKey, Keyring } from './keyring';
import { heldKeyring, liveKeyring } from './live-keyring';
import { rootSecrets } from './root-secrets';

/** A data key for new work, and the older ones by name for what they once made. */
export type KeyChoice = { readonly current: DataKey; byId(id: string): DataKey | undefined };

/** Keys of the password pre-hash. A stored hash names the one that made it. */
export const pepperKeys = (): Promise<KeyChoice> => choose('pepper');

/** Keys of sealed tokens. The token names its own in `kid`. */
export const sealKeys = (): Promise<KeyChoice> => choose('seal');

/** The same as this process last knew them: good for sealing, inside a transaction too. */
export const heldSealKeys = (): Promise<KeyChoice> => choose('seal', heldKeyring());

/** The key of the permutation that spreads sessions over a status list. */
export const statusIndexKey = async (): Promise<Bytes> => (await choose('status_index')).current.bytes;

async function choose(
  purpose: 'pepper' | 'seal' | 'status_index',
  keyring: Promise<Keyring> = liveKeyring(),
): Promise<KeyChoice> {
  const keys = (await keyring).data[purpose];
  return { current: keys.current, byId: (id) => keys.byId.get(id) };
}

/** 32 bytes that turn a typed address into a bucket name which says nothing to a reader of the database. */
export async function limiterKey(): Promise<Bytes> {
  const [root] = await rootSecrets();
  return deriveBytes(root.hkdfKey, 'handstamp/limiter/v1', 32);
}
