'use server';

import { deleteInvitationCookie } from '@/lib/server/http/cookies';
import { findSession } from '@/lib/server/sessions/current-user';
import { takeInvitation } from '@/lib/server/users/passkey-invitation';

/** True for the one page, in the life of an account, that may offer its owner a passkey. */
export async function takeOwnInvitation(): Promise<boolean> {
  const session = await findSession();
  if (session === null) return false;
  await deleteInvitationCookie();
  return takeInvitation(session.sub);
}
