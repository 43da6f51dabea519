import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { DELETION_GRACE_SECONDS } from '@/lib/core/policy';
import { db } from '@/lib/server/database/client';
import { databaseNow, noteEnded } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { accountToBeDeleted } from '@/lib/server/mail/account-messages';
import { newLink } from '@/lib/server/mail/new-link';
import { endSessionsWith } from '@/lib/server/sessions/ending';
import type { Signer } from '@/lib/server/step-up/guard';
import { writeDeletion } from './deletion-store';

/**
 * Has the account of the person deleted after a week. At once every session ends, of browsers and programs, and nobody signs
 * in any more; a link in the mail to the owner keeps the account. Cleaning does the rest: `maintenance/due-deletions.ts`.
 * The last admin stays (`last_admin`): without them nobody could administer anything.
 */
export async function deleteAccount(
  signer: Signer,
  facts: RequestFacts,
): Promise<Result<{ readonly deletesAt: Date }, 'step_up_required' | 'last_admin' | 'unauthenticated'>> {
  if (!signer.isRecent) return fail('step_up_required');
  const { url: keepUrl, hash: keepHash } = await newLink('/undo');
  const at = await databaseNow();
  const mail = accountToBeDeleted({ at, deletesAt: at + DELETION_GRACE_SECONDS, device: facts.device, keepUrl });
  const { written, endedNumbers } = await db().$transaction(async (tx) => {
    const written = await writeDeletion({ signer, facts, mail, keepHash }, tx);
    if (written === null || written.deletesAt === null) return { written, endedNumbers: [] };
    const ending = { reason: 'deleted', audit: 'session_ended', facts, askedBy: null } as const;
    const { endedNumbers } = await endSessionsWith(tx, { userId: signer.user.id }, ending);
    return { written, endedNumbers };
  });
  if (written === null) return fail('unauthenticated');
  if (written.deletesAt === null) return fail('last_admin');
  // Only now: what the database did not commit ends nothing here either.
  noteEnded(endedNumbers);
  return succeed({ deletesAt: written.deletesAt });
}
