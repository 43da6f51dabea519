'use server';

import { redirect } from 'next/navigation';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { endOthers } from '@/lib/server/account/end-others';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import { formFaults } from '../action-faults';
import { answerQuestion, type Question, questionFor, STALE_TEXT } from '../carried-change';
import { type Asking, requireSigner } from '../signer';

const PATH = '/account/activity';

/** The button for somebody who saw what was not them; in its place the question for a proof. */
export type SecureState =
  | { readonly kind: 'button'; readonly faults: Faults }
  | { readonly kind: 'step_up'; readonly faults: Faults; readonly question: Question<'end_others'> };

/** Signs out everywhere else, and leads to where a new password is chosen. `cancel` gives it up. */
export async function secureAccount(before: SecureState, form: FormData): Promise<SecureState> {
  if (form.has('cancel')) return { kind: 'button', faults: NO_FAULTS };
  const asking = await requireSigner(PATH, form, []);
  if (!form.has('carried')) return signOutElsewhere(asking);
  const answered = await answerQuestion(before, asking, form, { actions: ['end_others'], path: PATH });
  switch (answered.kind) {
    case 'asked':
      return { kind: 'step_up', faults: answered.faults, question: answered.question };
    case 'stale':
      return { kind: 'button', faults: formFaults(before, STALE_TEXT) };
    case 'confirmed':
      return signOutElsewhere({ ...asking, signer: answered.signer });
  }
}

async function signOutElsewhere({ signer, facts }: Asking): Promise<SecureState> {
  const ended = await endOthers(signer, facts);
  if (ended.ok) {
    await setSessionCookies(ended.value);
    redirect('/account/security?done=others_ended');
  }
  if (ended.code === 'unauthenticated') redirect(PATH);
  return { kind: 'step_up', faults: NO_FAULTS, question: await questionFor({ action: 'end_others' }, signer) };
}
