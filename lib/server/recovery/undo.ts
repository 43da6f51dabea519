import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { db } from '@/lib/server/database/client';
import { databaseNow, noteEnded } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { resetAfterReport } from '@/lib/server/mail/messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { endSessionsWith } from '@/lib/server/sessions/ending';
import { refuseLink } from './dead-link';
import { newLink } from './new-link';
import { findUndoLink, useNotMeLink } from './undo-links';

/**
 * Takes a change back that the owner did not make: the password is deleted, every session ends, and a link to a new
 * password goes to the owner. Signs nobody in. Every link that cannot be used is `invalid_token`.
 */
export async function undo(token: string, facts: RequestFacts): Promise<Result<void, 'invalid_token'> | Blocked> {
  const linkHash = await hashLinkToken(token);
  const link = linkHash === null ? null : await findUndoLink(linkHash);
  if (linkHash === null || link === null) return refuseLink(facts);
  const { userId } = link;
  const { ip, userAgent } = facts;
  const reset = await newLink('/reset-password');
  const mail = resetAfterReport(reset.url, Math.floor(await databaseNow()) + RESET_LINK_SECONDS);
  const endedNumbers = await db().$transaction(async (tx) => {
    const report = { linkHash, userId, ip, userAgent, mail, resetHash: reset.hash };
    if (!(await useNotMeLink(report, tx))) return null;
    const ending = { reason: 'undone', audit: 'session_ended', facts, askedBy: null } as const;
    return (await endSessionsWith(tx, { userId }, ending)).endedNumbers;
  });
  if (endedNumbers === null) return fail('invalid_token');
  // Only now: what the database did not commit ends nothing here either.
  noteEnded(endedNumbers);
  countOutcome('linkUsed');
  return succeed(undefined);
}
