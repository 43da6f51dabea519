import 'server-only';
import { andThen, type Soon } from '@/lib/core/soon';
import { db } from '@/lib/server/database/client';
import { liveState } from '@/lib/server/database/live-state';
import { type LoadedKeys, loadKeys } from './key-store';

type Loaded = { version: string; keys: Soon<LoadedKeys> };

/** One for all bundles of the server. */
const shared = globalThis as typeof globalThis & { handstampKeys?: Loaded };

/**
 * All keys, decrypted once and read again only after they changed. They follow the state: what was promoted, revoked or
 * has expired is known within a second, in a process that was idle for hours too. Rejects when the database does not
 * answer.
 */
export const liveKeys = (): Soon<LoadedKeys> => andThen(liveState(), ({ keysVersion }) => keysOf(keysVersion));

function keysOf(version: string): Soon<LoadedKeys> {
  if (shared.handstampKeys?.version === version) return shared.handstampKeys.keys;
  const loading = loadKeys(db());
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
