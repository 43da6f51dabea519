'use client';

import { AccountName } from '@/app/_components/forms/account-name';
import { AuthForm } from '@/app/_components/forms/auth-form';
import { CodeField } from '@/app/_components/forms/code-field';
import type { Faults } from '@/app/_components/forms/faults';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';

const toBody = (fields: FormData) => ({ mailCode: fields.get('mailCode') });

type Props = { next: string; email: string | null; initial: Faults; required: { mailCode: string } };

/** One field for the mailed code. `email` is there for password managers, which would else not know whose it is. */
export function SecondStepForm({ next, email, initial, required }: Props) {
  const form = useAuthForm({
    endpoint: '/api/auth/login/mfa',
    next,
    initial,
    toBody,
    required,
    retryField: 'mailCode',
    tells: 'signed-in',
  });
  return (
    <AuthForm form={form} action="/api/auth/login/mfa" submitLabel="Continue" busyLabel="Checking the code">
      <input type="hidden" name="next" value={next} />
      <AccountName email={email} />
      <CodeField name="mailCode" label="Mailed code" hasFocus />
    </AuthForm>
  );
}
