import 'server-only';
import { fail, type Result, succeed } from '@/lib/core/failures';
import type { EpochSeconds } from '@/lib/core/time';
import { isCeremonyOpen } from '@/lib/server/ceremonies/ceremony-store';
import { HELD_CODE, NO_CODE, UNSENT_CODE } from '@/lib/server/ceremonies/one-time-code';
import { env } from '@/lib/server/config/env';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { addressInUse } from '@/lib/server/mail/account-messages';
import type { MailMessage } from '@/lib/server/mail/compose';
import { queueMail } from '@/lib/server/mail/outbox';
import { alreadyRegistered, signUpCode } from '@/lib/server/mail/sign-up-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { allMailBucket, mailboxBucket, mailDomainBucket, networkBuckets } from '@/lib/server/rate-limit/buckets';
import { countAttempt } from '@/lib/server/rate-limit/limiter';
import { orGiveBack } from '@/lib/server/rate-limit/own-fault';
import { openPending } from './verify-email';

/**
 * Sends the mail of a sign-up once more: the same code, good as long as before and for no more tries; to a known address
 * the same mail to its owner. Counted as a sign-up's mail is. Over a limit, and for a sign-up whose mail never went out,
 * nothing is sent and the answer is the same, because it must not tell whose address had its share. `invalid_code` when
 * no code could finish the sign-up any more.
 */
export async function resendCode(
  pendingCookie: string | null,
  { ip }: RequestFacts,
): Promise<Result<void, 'invalid_code'>> {
  const opened = await openPending(pendingCookie);
  if (opened === null || !(await isCeremonyOpen(opened.jti, 'sign-up'))) return fail('invalid_code');
  const { email, code } = opened.signUp;
  const mails = [await mailDomainBucket(email, ip), await mailboxBucket(email), await allMailBucket()];
  const buckets = [...(await networkBuckets(ip)), ...mails];
  const counted = await countAttempt(buckets);
  if (!counted.ok || code === UNSENT_CODE) return succeed(undefined);
  await orGiveBack(buckets, () => queueMail(email, mailOf(code, opened.exp)));
  countOutcome('signUpResent');
  return succeed(undefined);
}

function mailOf(code: string, exp: EpochSeconds): MailMessage {
  if (code === NO_CODE) return alreadyRegistered(env().appOrigin);
  return code === HELD_CODE ? addressInUse() : signUpCode(code, exp);
}
