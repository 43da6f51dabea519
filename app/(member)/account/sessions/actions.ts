'use server';

import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { Faults } from '@/app/_components/forms/faults';
import { requestFacts } from '@/lib/server/http/request-facts';
import { renameSessionBody } from '@/lib/server/routes/request-schemas';
import { requireUser } from '@/lib/server/sessions/current-user';
import { dropDraft } from '@/lib/server/sessions/drafts';
import { endAllSessions, endOtherSessions, endSession, renameSession } from '@/lib/server/sessions/list';
import { deleteSessionCookies } from '@/lib/server/sessions/session-cookies';
import { fieldFaults } from '../action-faults';
import { requireSigner, textOf } from '../signer';

const SESSIONS_PATH = '/account/sessions';

const sessionFields = z.object({ sessionId: z.string().min(1).max(64) });

/** Ends one session of the person signed in. A foreign or unknown one looks like one that ended before. */
export async function endOne(fields: FormData): Promise<void> {
  const { session } = await requireUser(SESSIONS_PATH);
  const parsed = sessionFields.safeParse(Object.fromEntries(fields));
  const ended = parsed.success && (await endSession(session, parsed.data.sessionId, requestFacts(await headers()))).ok;
  redirect(`${SESSIONS_PATH}?done=${ended ? 'one' : 'gone'}`);
}

/** Ends every session of the person signed in but this one. */
export async function endOthers(): Promise<void> {
  const { session } = await requireUser(SESSIONS_PATH);
  const count = await endOtherSessions(session, requestFacts(await headers()));
  redirect(`${SESSIONS_PATH}?done=${count > 0 ? 'others' : 'gone'}`);
}

/** Ends every session of the person signed in, this one with them. */
export async function endAll(): Promise<void> {
  const { session } = await requireUser(SESSIONS_PATH);
  const count = await endAllSessions(session, requestFacts(await headers()));
  if (count === 0) redirect(`${SESSIONS_PATH}?done=gone`);
  await deleteSessionCookies();
  await dropDraft();
  redirect('/login?ended=signed_out');
}

export type RenameState = { readonly faults: Faults };

/** Gives a session of the person signed in a name; an empty one takes it away. */
export async function renameOwnSession(before: RenameState, form: FormData): Promise<RenameState> {
  const { signer } = await requireSigner(SESSIONS_PATH, form, []);
  const parsed = renameSessionBody.safeParse({ name: textOf(form, 'name') });
  if (!parsed.success) {
    return { faults: fieldFaults(before, 'name', parsed.error.issues[0]?.message ?? 'Enter a name') };
  }
  const renamed = await renameSession(signer.user.id, textOf(form, 'sessionId'), parsed.data.name);
  return redirect(`${SESSIONS_PATH}?done=${renamed.ok ? 'renamed' : 'gone'}`);
}
