'use client';

import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { HOME_PATH } from '@/lib/core/http/safe-redirect';

const toBody = (fields: FormData) => ({ code: fields.get('code') });

/**
 * One field for the mailed code; phones offer it from the mail by themselves. `required`: the sentence for a code that
 * is missing.
 */
export function VerifyForm({ initial, required }: { initial: Faults; required: { code: string } }) {
  const form = useAuthForm({
    endpoint: '/api/auth/verify-email',
    next: HOME_PATH,
    initial,
    toBody,
    required,
    retryField: 'code',
    signsIn: true,
  });
  return (
    <AuthForm form={form} action="/api/auth/verify-email" submitLabel="Confirm" busyLabel="Checking the code">
      <TextField
        {...{ name: 'code', label: 'Code', required: true, inputMode: 'numeric', autoComplete: 'one-time-code' }}
        className="text-center font-mono text-2xl tracking-[0.4em] indent-[0.4em] tabular-nums"
        maxLength={40}
        spellCheck={false}
      />
    </AuthForm>
  );
}
