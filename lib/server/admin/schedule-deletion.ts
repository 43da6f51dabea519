import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { DELETION_GRACE_SECONDS } from '@/lib/core/policy';
import { writeDeletion } from '@/lib/server/account/deletion-store';
import { databaseNow } from '@/lib/server/database/live-state';
import { deletionScheduled } from '@/lib/server/mail/admin-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { changeAndSignOut } from '@/lib/server/recovery/change-and-sign-out';
import type { PublicUser } from '@/lib/server/users/user-store';

/**
 * Has an account deleted after the same week as its owner could: nobody signs in any more, every session ends, and a link in
 * the mail to the owner keeps it. For the operator of the server. `closed` for one that is disabled, or to be deleted already.
 */
export async function scheduleDeletion(
  user: Pick<PublicUser, 'id' | 'role'>,
): Promise<Result<Date, 'last_admin' | 'closed'>> {
  const { url, hash: keepHash } = await newLink('/undo');
  const mail = deletionScheduled({ deletesAt: (await databaseNow()) + DELETION_GRACE_SECONDS, keepUrl: url });
  const signer = { user, sessionId: null };
  let written: Awaited<ReturnType<typeof writeDeletion>> = null as Awaited<ReturnType<typeof writeDeletion>>;
  await changeAndSignOut(null, 'deleted', async (tx) => {
    written = await writeDeletion({ signer, facts: { ip: null, userAgent: null }, mail, keepHash }, tx);
    return written?.deletesAt == null ? null : user.id;
  });
  if (written === null) return fail('closed');
  return written.deletesAt === null ? fail('last_admin') : succeed(written.deletesAt);
}
