'use client';

import { AccountName } from '@/app/_components/forms/account-name';
import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { PasswordField } from '@/app/_components/forms/password-field';
import { PasswordPolicy } from '@/app/_components/forms/password-policy';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { useForgottenToken } from '../forgotten-token';

const REQUIRED = { password: 'Choose a password' } as const;

const toBody = (fields: FormData) => ({ token: fields.get('token'), password: fields.get('password') });

type Props = {
  token: string;
  /** For password managers, which keep a password under its name; null when it is not known. */
  email: string | null;
  initial: Faults;
  passwordMinLength: number;
};

/** The new password of whoever holds the link. The token stays in the form and leaves the address. */
export function ResetForm({ token, email, initial, passwordMinLength }: Props) {
  useForgottenToken();
  const form = useAuthForm({
    endpoint: '/api/auth/reset-password',
    next: '/login?reset=1',
    initial,
    toBody,
    required: REQUIRED,
    retryField: 'password',
    tells: null,
  });
  return (
    <AuthForm
      form={form}
      action="/api/auth/reset-password"
      submitLabel="Set new password"
      busyLabel="Setting your password"
    >
      <input type="hidden" name="token" value={token} />
      <AccountName email={email} />
      <PasswordField
        label="New password"
        autoComplete="new-password"
        hint={<PasswordPolicy minLength={passwordMinLength} />}
        minLength={passwordMinLength}
      />
    </AuthForm>
  );
}
