'use server';

import { redirect } from 'next/navigation';
import { WRONG_PROOF_TEXTS } from '@/app/_components/forms/asked-proof';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { type ReadyPassword, readyPassword, setPassword } from '@/lib/server/account/change-password';
import { env } from '@/lib/server/config/env';
import { sendDueMail } from '@/lib/server/mail/delivery';
import { changePasswordBody, passwordChangeFault } from '@/lib/server/routes/request-schemas';
import { setSessionCookies } from '@/lib/server/sessions/session-cookies';
import { fieldFaults, problemFaults } from '../action-faults';
import { answerQuestion, type Question, questionFor, STALE_TEXT } from '../carried-change';
import { type Asking, requireSigner, textOf } from '../signer';

const PATH = '/account/security';

/** What the form for a new password shows: itself, or in its place the question for a proof. */
export type PasswordState =
  | { readonly kind: 'form'; readonly faults: Faults }
  | { readonly kind: 'step_up'; readonly faults: Faults; readonly question: Question<'change_password'> };

/**
 * Changes the password of the person signed in, or brings the proof that was asked for. Nothing that was typed comes back:
 * a password that waits for a proof is sealed as its hash. `cancel` gives it up.
 */
export async function changeOwnPassword(before: PasswordState, form: FormData): Promise<PasswordState> {
  if (form.has('cancel')) return { kind: 'form', faults: NO_FAULTS };
  const asking = await requireSigner(PATH, form, []);
  return form.has('carried') ? confirmed(before, asking, form) : asked(before, asking, form);
}

async function asked(before: PasswordState, asking: Asking, form: FormData): Promise<PasswordState> {
  const refused = (faults: Faults): PasswordState => ({ kind: 'form', faults });
  const current = form.has('currentPassword') ? { currentPassword: textOf(form, 'currentPassword') } : {};
  const parsed = changePasswordBody.safeParse({ ...current, newPassword: textOf(form, 'newPassword') });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refused(fieldFaults(before, String(issue?.path[0] ?? 'newPassword'), issue?.message ?? 'Enter a password'));
  }
  const { newPassword, currentPassword = null } = parsed.data;
  const ready = await readyPassword({ ...asking, currentPassword, newPassword });
  if (ready.ok) return set(before, asking, ready.value);
  switch (ready.code) {
    case 'invalid_credentials':
      return refused(fieldFaults(before, 'currentPassword', WRONG_PROOF_TEXTS.password));
    case 'too_many_attempts':
      return refused(problemFaults(before, ready));
    case 'overloaded':
      return refused(problemFaults(before, { code: ready.code }));
    default: {
      const { field, message } = passwordChangeFault(ready.code, env().passwordMinLength);
      return refused(fieldFaults(before, field, message));
    }
  }
}

async function confirmed(before: PasswordState, asking: Asking, form: FormData): Promise<PasswordState> {
  const answered = await answerQuestion(before, asking, form, { actions: ['change_password'], path: PATH });
  switch (answered.kind) {
    case 'asked':
      return { kind: 'step_up', faults: answered.faults, question: answered.question };
    case 'stale':
      return startAgain(before);
    case 'confirmed': {
      const { request, keptBack: passwordHash, signer } = answered;
      if (passwordHash === null) return startAgain(before);
      const since = request.since === null ? null : new Date(request.since);
      return set(before, { ...asking, signer }, { passwordHash, since });
    }
  }
}

const startAgain = (before: PasswordState): PasswordState => ({
  kind: 'form',
  faults: fieldFaults(before, 'newPassword', STALE_TEXT),
});

async function set(before: PasswordState, asking: Asking, ready: ReadyPassword): Promise<PasswordState> {
  const changed = await setPassword(asking, ready);
  if (changed.ok) {
    await setSessionCookies(changed.value);
    sendDueMail();
    redirect(`${PATH}?done=password_changed`);
  }
  switch (changed.code) {
    case 'step_up_required': {
      const request = { action: 'change_password', since: ready.since?.getTime() ?? null } as const;
      const question = await questionFor(request, asking.signer, { keptBack: ready.passwordHash });
      return { kind: 'step_up', faults: NO_FAULTS, question };
    }
    case 'invalid_credentials':
      return { kind: 'form', faults: fieldFaults(before, 'currentPassword', WRONG_PROOF_TEXTS.password) };
  }
}
