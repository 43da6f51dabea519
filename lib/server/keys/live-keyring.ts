import 'server-only';
import { andThen, type MaybePromise } from '@/lib/core/maybe-promise';
import { liveState } from '@/lib/server/database/live-state';
import { type Keyring, loadKeyring } from './keyring';

type Loaded = { version: string; keys: MaybePromise<Keyring> };

/** One for all bundles of the server. */
const shared = globalThis as typeof globalThis & { handstampKeys?: Loaded };

/**
 * All keys, decrypted once and read again only after they changed. They follow the state: what was promoted, revoked or
 * has expired is known within a second, in a process that was idle for hours too. Rejects when the database does not
 * answer.
 */
export const liveKeyring = (): MaybePromise<Keyring> => andThen(liveState(), ({ keysVersion }) => keysOf(keysVersion));

function keysOf(version: string): MaybePromise<Keyring> {
  if (shared.handstampKeys?.version === version) return shared.handstampKeys.keys;
  const loading = loadKeyring();
  const loaded: Loaded = { version, keys: loading };
  shared.handstampKeys = loaded;
  loading.then(
    (keys) => {
      loaded.keys = keys;
    },
    () => {
      if (shared.handstampKeys === loaded) delete shared.handstampKeys;
    },
  );
  return loading;
}
