import 'server-only';
import { db, type Transaction } from '@/lib/server/database/client';
import type { SessionEndReason } from '@/lib/server/database/generated/prisma/client';
import { noteEnded } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { endSessionsWith } from '@/lib/server/sessions/ending';

/**
 * Makes a change to an account and ends every session of the person, both or neither. False when `change`, which says whose
 * account it was, says by null that it did nothing: then no session ends either.
 *
 * @param actorId The admin who does it, if one does.
 */
export async function changeAndSignOut(
  facts: RequestFacts | null,
  reason: SessionEndReason,
  change: (tx: Transaction) => Promise<string | null>,
  actorId: string | null = null,
): Promise<boolean> {
  const endedNumbers = await db().$transaction(async (tx) => {
    const userId = await change(tx);
    if (userId === null) return null;
    const ending = { reason, audit: 'session_ended', facts, askedBy: null, actorId } as const;
    return (await endSessionsWith(tx, { userId }, ending)).endedNumbers;
  });
  if (endedNumbers === null) return false;
  // Only now: what the database did not commit ends nothing here either.
  noteEnded(endedNumbers);
  return true;
}
