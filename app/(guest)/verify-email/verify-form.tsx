'use client';

import { useEffect } from 'react';
import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';

const toBody = (fields: FormData) => ({ code: fields.get('code') });

/**
 * One field for the mailed code; phones offer it from the mail by themselves. `required`: the sentence for a code that
 * is missing.
 */
export function VerifyForm({ next, initial, required }: { next: string; initial: Faults; required: { code: string } }) {
  useFreshPage();
  const form = useAuthForm({
    endpoint: '/api/auth/verify-email',
    next,
    initial,
    toBody,
    required,
    retryField: 'code',
    signsIn: true,
  });
  return (
    <AuthForm form={form} action="/api/auth/verify-email" submitLabel="Confirm" busyLabel="Checking the code">
      <input type="hidden" name="next" value={next} />
      <TextField
        {...{ name: 'code', label: 'Code', required: true, inputMode: 'numeric', autoComplete: 'one-time-code' }}
        className="text-center font-mono text-2xl tracking-[0.4em] indent-[0.4em] tabular-nums"
        maxLength={40}
        spellCheck={false}
        // The only field of the page, and the only thing that one comes for.
        autoFocus
      />
    </AuthForm>
  );
}

/** Back may take this page out of the browser's memory, with a field for a code that was used meanwhile: it is asked for anew. */
function useFreshPage(): void {
  useEffect(() => {
    const onPageShow = (event: PageTransitionEvent) => {
      if (event.persisted) location.reload();
    };
    window.addEventListener('pageshow', onPageShow);
    return () => window.removeEventListener('pageshow', onPageShow);
  }, []);
}
