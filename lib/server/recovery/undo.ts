import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { newLink } from '@/lib/server/mail/new-link';
import { resetAfterReport } from '@/lib/server/mail/recovery-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { changeAndSignOut } from './change-and-sign-out';
import { refuseLink } from './dead-link';
import { findLiveLink, UNDO_PURPOSES } from './live-link';
import { useUndoLink } from './undo-links';

/**
 * Takes a change back that the owner did not make: the account has its address again, the password is deleted, every
 * session ends, and a link to a new password goes to the owner. Signs nobody in. Every link that cannot be used is
 * `invalid_token`.
 */
export async function undo(token: string, facts: RequestFacts): Promise<Result<void, 'invalid_token'> | Blocked> {
  const linkHash = await hashLinkToken(token);
  const link = linkHash === null ? null : await findLiveLink(linkHash, UNDO_PURPOSES);
  if (linkHash === null || link === null) return refuseLink(facts);
  const { userId } = link;
  const { ip, userAgent } = facts;
  const reset = await newLink('/reset-password');
  const mail = resetAfterReport(reset.url, Math.floor(await databaseNow()) + RESET_LINK_SECONDS);
  const report = { linkHash, userId, ip, userAgent, mail, resetHash: reset.hash };
  const isDone = await changeAndSignOut(userId, facts, 'undone', (tx) => useUndoLink(report, tx)).catch((error) => {
    // Somebody took the address at this very moment. Looked at again, it is somebody else's.
    if (!isUniqueViolation(error)) throw error;
    return changeAndSignOut(userId, facts, 'undone', (tx) => useUndoLink(report, tx));
  });
  if (!isDone) return fail('invalid_token');
  countOutcome('linkUsed');
  return succeed(undefined);
}
