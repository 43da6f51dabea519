'use client';

import { useActionState } from 'react';
import { ActionForm } from '@/app/_components/forms/action-form';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { ConfirmBlock } from '@/app/_components/passkeys/confirm-block';
import { CodeForm } from './code-form';
import { changeAddress, type EmailState } from './email-actions';

type Props = {
  /** The address that the account has. */
  email: string;
  /** What was typed before the person had to sign in again; '' for nothing. */
  typed: string;
  /** The change that waits for its code, by name and address; null when none does. */
  pending: { readonly id: string; readonly email: string } | null;
};

/**
 * Asks for another address; in its place for a fresh proof where the last one is old, and then for the code: the same
 * without scripts. An answer about what was sent goes before a code that is waited for.
 */
export function EmailForm({ email, typed, pending }: Props) {
  const [state, action, isBusy] = useActionState<EmailState, FormData>(changeAddress, {
    kind: 'form',
    faults: NO_FAULTS,
    typed,
    beside: null,
  });
  const busyLabel = 'Asking for the change';
  if (pending !== null && state.beside !== pending.id) return <CodeForm email={pending.email} />;
  if (state.kind === 'step_up') {
    return (
      <ConfirmBlock {...{ action, isBusy, email, faults: state.faults, question: state.question }}>
        <p>
          You asked to change the email address of your account to{' '}
          <bdi className="font-semibold text-ink wrap-anywhere">{state.question.request.email}</bdi>. A code goes there,
          and word of it to <bdi className="wrap-anywhere">{email}</bdi>. Your address stays as it is until you have
          entered the code.
        </p>
      </ConfirmBlock>
    );
  }
  return (
    <ActionForm {...{ action, isBusy, faults: state.faults, submitLabel: 'Change email', busyLabel }}>
      <TextField
        key={state.typed}
        name="email"
        label="New email"
        type="email"
        required
        defaultValue={state.typed}
        autoComplete="email"
        autoCapitalize="none"
        spellCheck={false}
        hint="A code goes there. Your address stays as it is until you have entered it."
      />
    </ActionForm>
  );
}
