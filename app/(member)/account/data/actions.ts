'use server';

import { redirect } from 'next/navigation';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { deleteAccount } from '@/lib/server/account/delete-account';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { dropDraft } from '@/lib/server/sessions/drafts';
import { deleteSessionCookies } from '@/lib/server/sessions/session-cookies';
import { formFaults } from '../action-faults';
import { answerQuestion, type Question, questionFor, STALE_TEXT } from '../carried-change';
import { type Asking, requireSigner } from '../signer';

const PATH = '/account/data';
const LAST_ADMIN =
  'You are the last admin. Make somebody else one first: without one nobody could look after this site.';

/** The button that deletes an account; in its place the question whether to, or the one for a proof, which asks both. */
export type DeletionState = { readonly faults: Faults } & (
  | { readonly kind: 'button' | 'sure' }
  | { readonly kind: 'step_up'; readonly question: Question<'delete_account'> }
);

/** Has the account of the person signed in deleted, once they said that they are sure. `cancel` gives it up. */
export async function deleteOwnAccount(before: DeletionState, form: FormData): Promise<DeletionState> {
  if (form.has('cancel')) return { kind: 'button', faults: NO_FAULTS };
  const asking = await requireSigner(PATH, form, []);
  if (form.has('carried')) return confirmed(before, asking, form);
  if (asking.signer.isRecent && !form.has('sure')) return { kind: 'sure', faults: NO_FAULTS };
  return leave(before, asking);
}

async function confirmed(before: DeletionState, asking: Asking, form: FormData): Promise<DeletionState> {
  const answered = await answerQuestion(before, asking, form, { actions: ['delete_account'], path: PATH });
  switch (answered.kind) {
    case 'asked':
      return { kind: 'step_up', faults: answered.faults, question: answered.question };
    case 'stale':
      return { kind: 'button', faults: formFaults(before, STALE_TEXT) };
    case 'confirmed':
      return leave(before, { ...asking, signer: answered.signer });
  }
}

async function leave(before: DeletionState, { signer, facts }: Asking): Promise<DeletionState> {
  const deleted = await deleteAccount(signer, facts);
  if (deleted.ok) {
    await deleteSessionCookies();
    await dropDraft();
    sendDueMail();
    redirect('/login?leaving=1');
  }
  switch (deleted.code) {
    case 'unauthenticated':
      return redirect(PATH);
    case 'last_admin':
      return { kind: 'button', faults: formFaults(before, LAST_ADMIN) };
    case 'step_up_required':
      return {
        kind: 'step_up',
        faults: NO_FAULTS,
        question: await questionFor({ action: 'delete_account' }, signer),
      };
  }
}
