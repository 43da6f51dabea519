'use client';

import { AuthForm } from '@/app/_components/forms/auth-form';
import { EmailField } from '@/app/_components/forms/email-field';
import type { Faults } from '@/app/_components/forms/faults';
import { PasswordField } from '@/app/_components/forms/password-field';
import { PasswordPolicy } from '@/app/_components/forms/password-policy';
import { TextField } from '@/app/_components/forms/text-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { withNext } from '@/lib/core/http/safe-redirect';

const REQUIRED = { email: 'Enter your email address', password: 'Choose a password' } as const;

const toBody = (fields: FormData) => ({
  email: fields.get('email'),
  password: fields.get('password'),
  name: fields.get('name'),
});

type RegisterFormProps = {
  /** The page that was wanted: it goes along to the code, and from there into the account. */
  next: string;
  initial: Faults;
  passwordMinLength: number;
  /** What the form said before: an attempt without scripts, or a sign-up whose address is being corrected. */
  typed: { email?: string | undefined; name?: string | undefined };
};

/** Explains the password policy before anything is typed; the server says which part of it a password misses. */
export function RegisterForm({ next, initial, passwordMinLength, typed }: RegisterFormProps) {
  const form = useAuthForm({
    endpoint: '/api/auth/register',
    next: withNext('/verify-email', next),
    initial,
    toBody,
    required: REQUIRED,
    retryField: 'email',
    tells: null,
  });
  return (
    <AuthForm form={form} action="/api/auth/register" submitLabel="Create account" busyLabel="Creating your account">
      <input type="hidden" name="next" value={next} />
      <TextField name="name" label="Name" aside="optional" autoComplete="name" defaultValue={typed.name} />
      <EmailField typed={typed.email} />
      <PasswordField
        autoComplete="new-password"
        hint={<PasswordPolicy minLength={passwordMinLength} />}
        minLength={passwordMinLength}
      />
    </AuthForm>
  );
}
