import 'server-only';
import { headers } from 'next/headers';
import { unstable_rethrow } from 'next/navigation';
import { ourCookie } from '@/lib/server/http/cookies';
import { log } from '@/lib/server/observability/logger';
import { openPending } from './verify-email';

/**
 * What this browser is signing up with, for the pages of a sign-up: `none` when nothing waits for a code, `unknown` while
 * the database does not answer. The address is told to whoever typed it, and to nobody else: the cookie is sealed.
 */
export type PendingView =
  | { readonly state: 'open'; readonly email: string; readonly name: string | null }
  | { readonly state: 'none' | 'unknown' };

/** The sign-up under way in the browser that asks for this page. Decides nothing. */
export async function pendingSignUp(): Promise<PendingView> {
  try {
    const opened = await openPending(await ourCookie(await headers(), 'pending'));
    if (opened === null) return { state: 'none' };
    return { state: 'open', email: opened.signUp.email, name: opened.signUp.name };
  } catch (error) {
    // Next steers by exceptions of its own, which are no trouble.
    unstable_rethrow(error);
    log.error('page.sign_up_unknown', { error });
    return { state: 'unknown' };
  }
}
