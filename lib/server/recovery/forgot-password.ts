import 'server-only';
import { type Result, succeed } from '@/lib/core/failures';
import { RESET_LINK_SECONDS } from '@/lib/core/policy';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { newLink } from '@/lib/server/mail/new-link';
import { resetLink } from '@/lib/server/mail/recovery-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { mailDomainBucket, networkBuckets, resetBucket } from '@/lib/server/rate-limit/buckets';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { countedForMail, countMailRequest } from '@/lib/server/rate-limit/mail-request';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { writeResetLink } from './reset-links';

/** `knownUserId`: to whom a link went. For the audit log, and for nothing that the visitor could see or time. */
export type Asked = { readonly knownUserId: string | null };

/**
 * Has a link to a new password mailed to an address. The answer and the work are the same whether anybody has it. Over the
 * hour's share of an address nothing is sent and the answer is still the same; links that were sent before stay good, so
 * that a stranger who goes on asking takes nothing from the owner.
 */
export async function askForReset(email: string, { ip }: RequestFacts): Promise<Result<Asked, 'overloaded'> | Blocked> {
  const visitors = [...(await networkBuckets(ip)), await mailDomainBucket(email, ip)];
  const address = await resetBucket(email);
  const refused = await countMailRequest(visitors, address);
  if (refused === 'silent') {
    countOutcome('resetSilent');
    return succeed({ knownUserId: null });
  }
  if (refused !== null) {
    countOutcome('resetBlocked');
    return refused;
  }
  const knownUserId = await orGiveBack(await countedForMail(visitors, address), async () => {
    const { url, hash } = await newLink('/reset-password');
    const expiresAt = Math.floor(await databaseNow()) + RESET_LINK_SECONDS;
    return writeResetLink(email, hash, resetLink(url, expiresAt));
  });
  countOutcome('resetAsked');
  return succeed({ knownUserId });
}
