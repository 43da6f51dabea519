import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { loginPath } from '@/lib/core/http/safe-redirect';
import { ourCookie } from '@/lib/server/http/cookies';
import { type RequestFacts, requestFacts } from '@/lib/server/http/request-facts';
import type { Viewer } from '@/lib/server/sessions/current-user';
import { requireUserKeeping } from '@/lib/server/sessions/drafts';
import { findSigner, guardChange, type Signer } from '@/lib/server/step-up/guard';

/** Who sends a form that changes their account, as the database knows at this moment. */
export type Asking = {
  readonly signer: Signer;
  readonly facts: RequestFacts;
  readonly deviceCookie: string | null;
};

/**
 * For server actions that change an account: as `requireUserKeeping`, and the database is asked once more whether the session
 * is live, and of a browser.
 */
export async function requireSigner(path: string, form: FormData, kept: readonly string[]): Promise<Asking> {
  const { session } = await requireUserKeeping(path, form, kept);
  const requestHeaders = await headers();
  const facts = requestFacts(requestHeaders);
  const signer = await guardChange(session, facts);
  if (!signer.ok) redirect(loginPath(path, { isEnded: true }));
  return { signer: signer.value, facts, deviceCookie: await ourCookie(requestHeaders, 'device') };
}

/** For pages, after `requireUser(path)`: what the database knows of the person, and by what they can prove who they are. */
export async function signerOf({ session }: Viewer, path: string): Promise<Signer> {
  const signer = await findSigner(session, requestFacts(await headers()));
  return signer.ok ? signer.value : redirect(loginPath(path, { isEnded: true }));
}

/** The text of a field; '' when it is missing, or a file. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
