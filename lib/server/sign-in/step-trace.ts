import 'server-only';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { queueMail } from '@/lib/server/mail/outbox';
import { secondStepFailed } from '@/lib/server/mail/sign-in-messages';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { noticeBucket } from '@/lib/server/rate-limit/buckets';
import { countAttempt } from '@/lib/server/rate-limit/limiter';
import type { PendingStep } from './pending-step';

/** A failure of that number in one sign-in is told to the owner: somebody knows the password. */
const TOLD_FAILURE = 3;

/** Leaves a trace of a second step that failed: `failures` is how many of this sign-in did. */
export async function traceWrongStep(
  { userId, email }: PendingStep,
  failures: number,
  { code, facts }: { readonly code: { readonly kind: string } | null; readonly facts: RequestFacts },
): Promise<void> {
  const { ip, userAgent } = facts;
  countOutcome('typedWrong');
  const details = { method: code?.kind ?? 'mail' };
  await recordRepeated({ type: 'second_factor_failed', userId, ip, userAgent, details }, userId);
  if (failures !== TOLD_FAILURE) return;
  if ((await countAttempt([await noticeBucket(userId)])).ok) await queueMail(email, secondStepFailed());
}
