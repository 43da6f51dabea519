'use server';

import { revalidatePath } from 'next/cache';
import { notFound, redirect } from 'next/navigation';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { formFaults } from '@/app/(member)/account/action-faults';
import { answerQuestion, type Question, questionFor, STALE_TEXT } from '@/app/(member)/account/carried-change';
import type { Asking } from '@/app/(member)/account/signer';
import { readUserId } from '@/lib/server/admin/acting';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { dropDraft } from '@/lib/server/sessions/drafts';
import type { AdminRequest } from '@/lib/server/step-up/admin-requests';
import { findListedUser } from '@/lib/server/users/listed-user';
import { requireAdminSigner } from '../../signer';
import { ACTIONS, requestIn } from './asked-change';
import { makeChange } from './changes';

export type AdminAction = AdminRequest['action'];

/** What stands below the facts of a person: the buttons, or the question for a proof. */
export type PersonState = { readonly faults: Faults; readonly reason: string } & (
  | { readonly kind: 'buttons' }
  | { readonly kind: 'step_up'; readonly question: Question<AdminAction> }
);

/** Every change of the person of that id by an admin, or the proof that was asked for. `cancel` gives it up. */
export async function changePerson(userId: string, before: PersonState, form: FormData): Promise<PersonState> {
  const buttons = { kind: 'buttons', reason: '' } as const;
  if (form.has('cancel')) return { ...buttons, faults: NO_FAULTS };
  const id = readUserId(userId);
  if (id === null) notFound();
  const path = `/admin/users/${id}`;
  const asking = await requireAdminSigner(path, form, ['reason']);
  if (!form.has('carried')) {
    const user = await findListedUser({ id });
    if (user === null) notFound();
    const asked = requestIn(form, user, before);
    return asked.ok ? made(before, asked.value, asking) : { ...buttons, reason: asked.reason, faults: asked.faults };
  }
  const answered = await answerQuestion(before, asking, form, { actions: ACTIONS, path });
  switch (answered.kind) {
    case 'asked':
      return { kind: 'step_up', reason: '', question: answered.question, faults: answered.faults };
    case 'stale':
      return { ...buttons, faults: formFaults(before, STALE_TEXT) };
    case 'confirmed':
      return made(before, answered.request, { ...asking, signer: answered.signer });
  }
}

async function made(before: PersonState, request: AdminRequest, { signer, facts }: Asking): Promise<PersonState> {
  if (!signer.isRecent) {
    return {
      kind: 'step_up',
      reason: '',
      faults: NO_FAULTS,
      question: await questionFor<AdminAction>(request, signer),
    };
  }
  const outcome = await makeChange(request, { actorId: signer.user.id, facts });
  if (outcome.kind === 'refused') {
    return { kind: 'buttons', reason: '', faults: formFaults(before, outcome.text) };
  }
  await dropDraft();
  sendDueMail();
  const path = `/admin/users/${request.id}`;
  // The browser may hold the page of this very address, from the last change of the kind.
  revalidatePath(path);
  redirect(`${path}?done=${outcome.done}`);
}
