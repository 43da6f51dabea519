import 'server-only';
import { type LiveState, lastKnownState, liveState } from '@/lib/server/database/live-state';
import { type Keyring, loadKeyring } from './keyring';

type Loaded = { readonly version: string; readonly keyring: Promise<Keyring> };

/** One for all bundles of the server, so that keys are decrypted once. */
const shared = globalThis as typeof globalThis & { handstampKeyring?: Loaded };

/**
 * All keys, decrypted once and read again only after they changed. They follow the state: what was promoted, revoked or
 * has expired is known within a second, in a process that was idle for hours too. Rejects when the database does not
 * answer.
 */
export const liveKeyring = async (): Promise<Keyring> => keyringOf(await liveState());

/** As `liveKeyring`, to judge tokens with: while the database is away, the keys of the last 30 s go on. */
export const lastKnownKeyring = async (): Promise<Keyring> => keyringOf(await lastKnownState());

async function keyringOf({ keysVersion: version }: LiveState): Promise<Keyring> {
  if (shared.handstampKeyring?.version === version) return shared.handstampKeyring.keyring;
  const loaded: Loaded = { version, keyring: loadKeyring() };
  shared.handstampKeyring = loaded;
  loaded.keyring.catch(() => {
    if (shared.handstampKeyring === loaded) delete shared.handstampKeyring;
  });
  return loaded.keyring;
}

/**
 * The keys as this process last knew them, without a statement: a transaction that waited for another connection could
 * wait for one that waits for it. Data keys stay good for opening, so sealing under one of a while ago loses nothing.
 */
export const heldKeyring = (): Promise<Keyring> => shared.handstampKeyring?.keyring ?? liveKeyring();
