'use client';

import { useActionState } from 'react';
import { ActionForm } from '@/app/_components/forms/action-form';
import { ConfirmBlock } from '@/app/_components/forms/confirm-block';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { changeAddress, type EmailState } from './email-actions';

type Props = {
  /** The address that the account has. */
  email: string;
  /** What was typed before the person had to sign in again; '' for nothing. */
  typed: string;
};

/** Asks for another address, and for a fresh proof in its place where the last one is old: the same without scripts. */
export function EmailForm({ email, typed }: Props) {
  const [state, action, isBusy] = useActionState<EmailState, FormData>(changeAddress, {
    kind: 'form',
    faults: NO_FAULTS,
    typed,
  });
  const busyLabel = 'Asking for the change';
  if (state.kind === 'step_up') {
    return (
      <ConfirmBlock {...{ action, isBusy, email, faults: state.faults, carried: state.carried }}>
        <p>
          To change the email address of your account to{' '}
          <bdi className="font-semibold text-ink wrap-anywhere">{state.email}</bdi>. A code goes there, and word of it
          to <bdi className="wrap-anywhere">{email}</bdi>. Nothing else changes before you enter the code.
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
