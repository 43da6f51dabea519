import 'server-only';
import { headers } from 'next/headers';
import { unstable_rethrow } from 'next/navigation';
import { ourCookie } from '@/lib/server/http/cookies';
import { log } from '@/lib/server/observability/logger';
import { openStep } from './pending-step';
import type { SecondStepMethod } from './second-step-due';

/**
 * The half sign-in of this browser, for its page: `none` when nothing waits, `unknown` while the database does not answer.
 * `methods` as they were when the password was right, best first; `mail` means also, where others stand before it.
 */
export type PendingSignIn =
  | { readonly state: 'open'; readonly email: string; readonly methods: readonly SecondStepMethod[] }
  | { readonly state: 'none' }
  | { readonly state: 'unknown' };

/** The sign-in under way in the browser that asks for this page. Decides nothing. */
export async function pendingSignIn(): Promise<PendingSignIn> {
  try {
    const opened = await openStep(await ourCookie(await headers(), 'pending'));
    if (opened === null) return { state: 'none' };
    const { email, factors, mailCode } = opened.step;
    return { state: 'open', email, methods: mailCode === null ? factors : [...factors, 'mail'] };
  } catch (error) {
    // Next steers by exceptions of its own, which are no trouble.
    unstable_rethrow(error);
    log.error('page.sign_in_unknown', { error });
    return { state: 'unknown' };
  }
}
