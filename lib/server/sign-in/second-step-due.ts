import 'server-only';
import { newId } from '@/lib/core/encoding';
import { type Result, succeed } from '@/lib/core/failures';
import { CEREMONY_SECONDS } from '@/lib/core/policy';
import type { EpochSeconds } from '@/lib/core/time';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { createCeremony } from '@/lib/server/ceremonies/ceremony-store';
import { newCode } from '@/lib/server/ceremonies/one-time-code';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { randomBytes } from '@/lib/server/keys/random';
import { queueMail } from '@/lib/server/mail/outbox';
import { signInCode } from '@/lib/server/mail/sign-in-messages';
import { signInCodeBucket } from '@/lib/server/rate-limit/buckets';
import { type Blocked, countAttempt } from '@/lib/server/rate-limit/limiter';
import { newSealedIdentity } from '@/lib/server/sessions/sealed-identity';
import { type PendingStep, sealStep } from './pending-step';

/** By what the second step of a sign-in may be done; `mail` means also, where others stand before it. */
export type SecondStepMethod = 'mail';

/** What is still wanted of somebody whose password was right. `sealed` is for the browser to hold. */
export type SecondStepDue = {
  readonly methods: readonly SecondStepMethod[];
  readonly expiresAt: EpochSeconds;
  readonly sealed: string;
};

/**
 * Asks whoever knows the password for a code that goes to the owner, because so many wrong ones were tried before. An hour
 * has five such codes an account: whoever causes them knows its password.
 */
export async function secondStepDue(
  about: Omit<PendingStep, 'mailCode' | 'session'>,
  { ip, userAgent }: RequestFacts,
): Promise<Result<SecondStepDue, never> | Blocked> {
  const counted = await countAttempt([await signInCodeBucket(about.userId)]);
  if (!counted.ok) return counted;
  const mailCode = newCode(randomBytes);
  const jti = newId(randomBytes);
  const expiresAt = await createCeremony(jti, 'second-factor', CEREMONY_SECONDS);
  await queueMail(about.email, signInCode(mailCode, expiresAt));
  await recordAudit({ type: 'second_factor_due', userId: about.userId, ip, userAgent, details: { method: 'mail' } });
  const sealed = await sealStep(jti, expiresAt, { ...about, mailCode, session: newSealedIdentity() });
  return succeed({ methods: ['mail'], expiresAt, sealed });
}
