'use client';

import { AccountName } from '@/app/_components/forms/account-name';
import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { PasswordField } from '@/app/_components/forms/password-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';

const toBody = (fields: FormData) => ({ password: fields.get('password') });

type Props = { next: string; email: string; initial: Faults; required: { password: string } };

/** One field. `next` was checked on the server; the endpoint checks it again for the plain form. */
export function StepUpForm({ next, email, initial, required }: Props) {
  const form = useAuthForm({
    endpoint: '/api/auth/step-up',
    next,
    initial,
    toBody,
    required,
    retryField: 'password',
    tells: 'stepped-up',
  });
  // There is no address to check.
  const isWrong = form.faults.code === 'invalid_credentials';
  const faults = isWrong ? { ...form.faults, summary: 'This is not your password. Try again.' } : form.faults;
  return (
    <>
      <AuthForm
        form={{ ...form, faults }}
        action="/api/auth/step-up"
        submitLabel="Confirm"
        busyLabel="Checking your password"
      >
        <input type="hidden" name="next" value={next} />
        <AccountName email={email} />
        <PasswordField autoComplete="current-password" />
      </AuthForm>
      <p className="mt-5 text-sm text-ink-soft">
        <a className="link" href="/account">
          Cancel
        </a>
      </p>
    </>
  );
}
