'use server';

import { type PasskeyAccount, passkeyAccountOf } from '@/lib/server/security/passkey-account';
import { findViewer } from '@/lib/server/sessions/current-user';

/** What the browser may tell the devices of the person signed in; null when there is nothing to tell, or nobody. */
export async function ownPasskeyAccount(): Promise<PasskeyAccount | null> {
  const viewer = await findViewer();
  return viewer === null ? null : passkeyAccountOf(viewer.user);
}
