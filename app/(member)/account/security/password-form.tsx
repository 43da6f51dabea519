'use client';

import { useActionState } from 'react';
import { AccountName } from '@/app/_components/forms/account-name';
import { ActionForm } from '@/app/_components/forms/action-form';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { PasswordField } from '@/app/_components/forms/password-field';
import { PasswordPolicy } from '@/app/_components/forms/password-policy';
import { changeOwnPassword, type PasswordState } from './actions';

type Props = {
  /** For password managers, which keep the new password under it. */
  email: string;
  hasPassword: boolean;
  /** In code points. */
  minLength: number;
};

/** The current password and a new one. Nothing that was typed comes back, with scripts or without. */
export function PasswordForm({ email, hasPassword, minLength }: Props) {
  const [state, action, isBusy] = useActionState<PasswordState, FormData>(changeOwnPassword, { faults: NO_FAULTS });
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
