import 'server-only';
import { arePasskeysAvailable } from '@/lib/server/config/passkeys';
import { passkeyNames } from '@/lib/server/factors/passkey-options';
import { passkeysAndHandleOf } from '@/lib/server/factors/passkey-store';
import type { PublicUser } from '@/lib/server/users/user-store';

/** What a browser may tell the devices of a person of their passkeys (WebAuthn §5.1.10). Ids are base64url. */
export type PasskeyAccount = {
  /** `user.id`, under which devices keep them. */
  readonly handle: string;
  /** All of them: devices hide what is not named. */
  readonly credentialIds: readonly string[];
  readonly userName: string;
  readonly userDisplayName: string;
};

/** As it is at this moment; null for somebody who never had a passkey, and where no browser makes any. */
export async function passkeyAccountOf(user: PublicUser): Promise<PasskeyAccount | null> {
  if (!arePasskeysAvailable()) return null;
  const { passkeys, handle } = await passkeysAndHandleOf(user.id);
  if (handle === null) return null;
  const credentialIds = passkeys.map(({ id }) => id);
  return { handle, credentialIds, ...passkeyNames(user) };
}
