'use client';

import { useActionState } from 'react';
import { AccountName } from '@/app/_components/forms/account-name';
import { ActionForm } from '@/app/_components/forms/action-form';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { PasswordField } from '@/app/_components/forms/password-field';
import { PasswordPolicy } from '@/app/_components/forms/password-policy';
import { ConfirmBlock } from '@/app/_components/passkeys/confirm-block';
import { changeOwnPassword, type PasswordState } from './actions';

type Props = {
  /** For password managers, which keep the new password under it. */
  email: string;
  hasPassword: boolean;
  /** In code points. */
  minLength: number;
};

/**
 * The current password and a new one; in its place for a fresh proof, of whoever has a second factor or no password. Nothing
 * that was typed comes back, with scripts or without.
 */
export function PasswordForm({ email, hasPassword, minLength }: Props) {
  const [state, action, isBusy] = useActionState<PasswordState, FormData>(changeOwnPassword, {
    kind: 'form',
    faults: NO_FAULTS,
  });
  if (state.kind === 'step_up') {
    return (
      <ConfirmBlock {...{ action, isBusy, email, faults: state.faults, question: state.question }}>
        <p>
          You asked to {hasPassword ? 'change the password' : 'set a password'} of your account. Every other device is
          signed out, and word of it goes to <bdi className="wrap-anywhere">{email}</bdi>.
        </p>
      </ConfirmBlock>
    );
  }
  return (
    <ActionForm
      {...{ action, isBusy, faults: state.faults, submitLabel: 'Change password', busyLabel: 'Changing your password' }}
      beside={<p className="min-w-0 basis-48 grow text-sm text-ink-soft">Every other device is signed out.</p>}
    >
      <AccountName email={email} />
      {hasPassword ? (
        <PasswordField name="currentPassword" label="Current password" autoComplete="current-password" />
      ) : null}
      <PasswordField
        name="newPassword"
        label="New password"
        autoComplete="new-password"
        hint={<PasswordPolicy minLength={minLength} />}
        minLength={minLength}
      />
    </ActionForm>
  );
}
