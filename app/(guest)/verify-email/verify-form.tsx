'use client';

import { useEffect } from 'react';
import { AuthForm } from '@/app/_components/forms/auth-form';
import { CodeField } from '@/app/_components/forms/code-field';
import type { Faults } from '@/app/_components/forms/faults';
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
    tells: 'signed-in',
  });
  return (
    <AuthForm form={form} action="/api/auth/verify-email" submitLabel="Confirm" busyLabel="Checking the code">
      <input type="hidden" name="next" value={next} />
      <CodeField name="code" label="Code" hasFocus />
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
