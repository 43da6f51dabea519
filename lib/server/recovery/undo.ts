import 'server-only';
import { type Result, succeed } from '@/lib/core/failures';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import { hashLinkToken } from '@/lib/core/token/link-token';
import { isUniqueViolation } from '@/lib/server/database/errors';
import { databaseNow } from '@/lib/server/database/live-state';
import { stopReset } from '@/lib/server/factors/reset-store';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { newLink } from '@/lib/server/mail/new-link';
import { resetAfterReport } from '@/lib/server/mail/recovery-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { changeAndSignOut } from './change-and-sign-out';
import { refuseLink } from './dead-link';
import { keepAccount } from './keep-account';
import { useUndoLink } from './undo-links';

/**
 * Takes a change back that the owner did not make, stops a reset of second factors, or keeps an account that was to be deleted. Of a change: the account has its address again, the password is deleted, second
 * factors that came with the change or after it are removed, every session ends, and a link to a new password goes to the owner. Signs nobody in. Every link that cannot be used is
 * `invalid_token`.
 */
export async function undo(token: string, facts: RequestFacts): Promise<Result<void, 'invalid_token'> | Blocked> {
  const linkHash = await hashLinkToken(token);
  if (linkHash === null) return refuseLink(facts);
  const { ip, userAgent } = facts;
  const reset = await newLink('/reset-password');
  const mail = resetAfterReport(reset.url, Math.floor(await databaseNow()) + RESET_LINK_SECONDS);
  const report = { linkHash, ip, userAgent, mail, resetHash: reset.hash };
  const isDone = await changeAndSignOut(facts, 'undone', (tx) => useUndoLink(report, tx)).catch((error) => {
    // Somebody took the address at this very moment. Looked at again, it is somebody else's.
    if (!isUniqueViolation(error)) throw error;
    return changeAndSignOut(facts, 'undone', (tx) => useUndoLink(report, tx));
  });
  const isUsed = isDone || (await stopReset(linkHash, facts)) || (await keepAccount(linkHash, facts));
  if (!isUsed) return refuseLink(facts);
  countOutcome('linkUsed');
  return succeed(undefined);
}
