import 'server-only';
import { recordDescribed } from '@/lib/server/audit/repeated-events';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { countOutcome } from '@/lib/server/observability/outcome-counts';
import { findUserId } from '@/lib/server/users/user-store';

/** What attempts at addresses without an account are counted by, all of them together. */
const NOBODY = 'nobody';

/**
 * Leaves a trace of a wrong password: of its account, or of all addresses that have none. It is written for each address at
 * the same tries, whether anybody has it: a statement that only accounts cost would show in the time of the answer.
 */
export async function traceWrong(email: string, userId: string | null, { ip, userAgent }: RequestFacts): Promise<void> {
  countOutcome('signInWrong');
  await recordDescribed(`sign_in_failed:${email}`, async () => ({
    entry: { type: 'sign_in_failed', userId, ip, userAgent },
    subject: userId ?? NOBODY,
  }));
}

/**
 * Leaves a trace of an attempt that had to wait. Whose account it was is looked up only when the event is written: a
 * guesser who does not wait must not cost a statement each time.
 */
export async function traceBlocked(email: string, { ip, userAgent }: RequestFacts): Promise<void> {
  countOutcome('signInBlocked');
  await recordDescribed(`sign_in_blocked:${email}`, async () => {
    const userId = await findUserId(email);
    return { entry: { type: 'sign_in_blocked', userId, ip, userAgent }, subject: userId ?? NOBODY };
  });
}
