'use client';

import { AuthForm } from '@/app/_components/forms/auth-form';
import { EmailField } from '@/app/_components/forms/email-field';
import type { Faults } from '@/app/_components/forms/faults';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';

const toBody = (fields: FormData) => ({ email: fields.get('email') });

type Props = {
  initial: Faults;
  required: { email: string };
  /** The address of an attempt before, where scripts did not run. */
  typedEmail: string | undefined;
};

/** One field, for the address to which a link to a new password goes. */
export function ForgotForm({ initial, required, typedEmail }: Props) {
  const form = useAuthForm({
    endpoint: '/api/auth/forgot-password',
    next: '/forgot-password?sent=1',
    initial,
    toBody,
    required,
    retryField: 'email',
    tells: null,
  });
  return (
    <AuthForm
      form={form}
      action="/api/auth/forgot-password"
      submitLabel="Send reset link"
      busyLabel="Asking for the link"
    >
      <EmailField typed={typedEmail} />
    </AuthForm>
  );
}
