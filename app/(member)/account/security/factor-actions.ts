'use server';

import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { EMPTY_PROOF_TEXTS } from '@/app/_components/forms/asked-proof';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { confirmTotpBody } from '@/lib/server/routes/proof-schemas';
import { confirmTotp, type OfferedTotp, offerAgain } from '@/lib/server/security/add-totp';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import { fieldFaults, formFaults, problemFaults } from '../action-faults';
import { answerQuestion, type Question, STALE_TEXT } from '../carried-change';
import { type Asking, requireSigner, textOf } from '../signer';
import { changeAsked, type FactorAction, type MadeChange, makeChange, type RemovalRequest } from './factor-changes';

const PATH = '/account/security';
const ACTIONS = [
  'set_up_totp',
  'remove_totp',
  'remove_passkey',
  'make_codes',
] as const satisfies readonly FactorAction[];

/**
 * What stands in place of the factors of an account: nothing but them; the question for a proof; the one whether an app is
 * really to go; an app that is being set up; new recovery codes, this once.
 */
export type FactorState = { readonly faults: Faults; readonly isNewSession: boolean } & (
  | { readonly kind: 'factors' }
  | { readonly kind: 'step_up'; readonly question: Question<FactorAction> }
  | { readonly kind: 'ask_removal'; readonly request: RemovalRequest }
  | { readonly kind: 'setup'; readonly offer: OfferedTotp }
  | { readonly kind: 'codes'; readonly codes: readonly string[]; readonly isFirst: boolean }
);

/**
 * Every change of the factors of the person signed in, one at a time. What is shown once is in the answer and nowhere else:
 * in no address, cookie or log, with scripts or without.
 */
export async function changeFactors(before: FactorState, form: FormData): Promise<FactorState> {
  const none = { kind: 'factors', isNewSession: false } as const;
  if (form.has('cancel')) return { ...none, faults: NO_FAULTS };
  const asking = await requireSigner(PATH, form, []);
  if (form.has('ceremony')) return turnOn(before, asking, form);
  if (!form.has('carried')) {
    const change = await changeAsked(asking.signer, form);
    return change.kind === 'change'
      ? shown(before, await makeChange(change.request, asking), false)
      : shown(before, change, false);
  }
  const answered = await answerQuestion(before, asking, form, { actions: ACTIONS, path: PATH });
  switch (answered.kind) {
    case 'asked':
      return { kind: 'step_up', isNewSession: false, question: answered.question, faults: answered.faults };
    case 'stale':
      return { ...none, faults: formFaults(before, STALE_TEXT) };
    case 'confirmed':
      return shown(before, await makeChange(answered.request, { ...asking, signer: answered.signer }), true);
  }
}

/** `isNewSession`: a proof was given for it in this request. */
async function shown(before: FactorState, made: MadeChange, isNewSession: boolean): Promise<FactorState> {
  const said = { faults: NO_FAULTS, isNewSession };
  switch (made.kind) {
    case 'refused':
      return { ...said, kind: 'factors', faults: formFaults(before, made.text) };
    case 'removed':
      await setSessionCookies(made.tokens);
      sendDueMail();
      return redirect(`${PATH}?done=${made.request.action === 'remove_totp' ? 'totp_removed' : 'passkey_removed'}`);
    case 'codes':
      sendDueMail();
      refresh();
      return { ...said, kind: 'codes', codes: made.codes, isFirst: false };
    default:
      return { ...said, ...made };
  }
}

/** Turns the app on that is being set up, with its first code. */
async function turnOn(before: FactorState, { signer, facts }: Asking, form: FormData): Promise<FactorState> {
  const ceremony = textOf(form, 'ceremony');
  const offer = await offerAgain(signer, ceremony);
  if (offer === null) {
    // A form that is sent again after it turned the app on: all is well.
    if (signer.factors.hasTotp) redirect(PATH);
    const text = 'The ten minutes to set it up are over, or you confirmed in another tab that it is you. Start again.';
    return { kind: 'factors', isNewSession: false, faults: formFaults(before, text) };
  }
  const setup = (faults: Faults): FactorState => ({ kind: 'setup', isNewSession: false, offer, faults });
  const parsed = confirmTotpBody.safeParse({ ceremony, code: textOf(form, 'code') });
  if (!parsed.success) return setup(fieldFaults(before, 'code', EMPTY_PROOF_TEXTS.totp));
  const confirmed = await confirmTotp({ signer, ceremony, digits: parsed.data.code, facts });
  if (confirmed.ok) {
    const { tokens, recoveryCodes } = confirmed.value;
    await setSessionCookies(tokens);
    sendDueMail();
    if (recoveryCodes === null) redirect(`${PATH}?done=totp_added`);
    return { kind: 'codes', isNewSession: true, faults: NO_FAULTS, codes: recoveryCodes, isFirst: true };
  }
  switch (confirmed.code) {
    case 'invalid_code': {
      const text =
        'This code is not right. Wait for the next one; if it is not right either, set the clock of your phone';
      return setup(fieldFaults(before, 'code', text));
    }
    case 'too_many_attempts':
      return setup(problemFaults(before, confirmed));
    default:
      return redirect(PATH);
  }
}
