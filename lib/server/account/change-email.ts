import 'server-only';
import { newId } from '@/lib/core/encoding';
import { fail, type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import { NO_CODE, newCode, UNSENT_CODE } from '@/lib/server/ceremonies/one-time-code';
import { databaseNow } from '@/lib/server/database/live-state';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { randomBytes } from '@/lib/server/keys/random';
import { addressInUse, emailChangeAsked, emailCode } from '@/lib/server/mail/account-messages';
import { emailChangeBucket, mailboxBucket, mailDomainBucket } from '@/lib/server/rate-limit/buckets';
import type { Blocked } from '@/lib/server/rate-limit/limiter';
import { countedForMail, countMailRequest } from '@/lib/server/rate-limit/mail-request';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import type { Signer } from '@/lib/server/step-up/guard';
import { hasSecondFactor } from '@/lib/server/users/second-factors';
import { writeEmailRequest } from './email-store';
import { sealEmailChange } from './pending-email';

type Refusal = 'unchanged' | 'step_up_required' | 'email_change_recent' | 'overloaded';

/**
 * Begins a change of address: a code goes to the new one, word of it to the old one. The rest waits in the sealed text that
 * is returned, for the browser that asked: a link could be opened by whoever has a mistyped address, and would give them
 * the account. The answer and the work are the same whoever has the new address; if somebody does, they are told in place
 * of the code. While a change before it may be undone there is no further one (`email_change_recent`), unless a
 * second factor was shown that is older than that change: a thief's own proves nothing.
 */
export async function changeEmail(
  signer: Signer,
  email: string,
  facts: RequestFacts,
): Promise<Result<string, Refusal> | Blocked> {
  const { user, sessionId, isRecent } = signer;
  const old = user.email;
  if (email === old) return fail('unchanged');
  if (!isRecent) return fail('step_up_required');
  const { ip, userAgent, device } = facts;
  const visitors = [await emailChangeBucket(user.id), await mailDomainBucket(email, ip)];
  const mailbox = await mailboxBucket(email);
  const refused = await countMailRequest(visitors, mailbox);
  if (refused !== null && refused !== 'silent') return refused;

  const code = newCode(randomBytes);
  const jti = newId(randomBytes);
  const askedAt = Math.floor(await databaseNow());
  const expiresAt = askedAt + CEREMONY_SECONDS;
  const notice = emailChangeAsked({ at: askedAt, device });
  const mails = { code: emailCode(code, expiresAt), taken: addressInUse(), notice };
  const isSilent = refused === 'silent';
  const isByFactor = hasSecondFactor(signer.factors);
  const request = { jti, expiresAt, userId: user.id, sessionId, old, email, isByFactor, ip, userAgent };
  const counted = isSilent ? [] : await countedForMail(visitors, mailbox);
  const outcome = await orGiveBack(counted, () => writeEmailRequest({ ...request, mails: isSilent ? null : mails }));
  if (outcome === 'blocked') return fail('email_change_recent');
  const sealedCode = isSilent ? UNSENT_CODE : outcome === 'taken' ? NO_CODE : code;
  const change = { sub: user.id, sid: sessionId, old, email, code: sealedCode, askedAt };
  return succeed(await sealEmailChange(jti, expiresAt, change));
}
