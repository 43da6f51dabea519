import 'server-only';
import { liveState } from '@/lib/server/database/live-state';
import { type Keyring, loadKeyring } from './keyring';

type Loaded = { readonly version: string; readonly keyring: Promise<Keyring> };

/** One for all bundles of the server, so that keys are decrypted once. */
const shared = globalThis as typeof globalThis & { handstampKeyring?: Loaded };

/**
 * All keys, decrypted once and read again only after they changed. They follow the state: what was promoted, revoked or
 * has expired is known within a second, in a process that was idle for hours too. Rejects when the database does not
 * answer.
 */
export async function liveKeyring(): Promise<Keyring> {
  const { keysVersion: version } = await liveState();
  if (shared.handstampKeyring?.version === version) return shared.handstampKeyring.keyring;
  const loaded: Loaded = { version, keyring: loadKeyring() };
  shared.handstampKeyring = loaded;
  loaded.keyring.catch(() => {
    if (shared.handstampKeyring === loaded) delete shared.handstampKeyring;
  });
  return loaded.keyring;
}
