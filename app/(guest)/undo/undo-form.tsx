'use client';

import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { useForgottenToken } from '../forgotten-token';

const toBody = (fields: FormData) => ({ token: fields.get('token') });

type Props = { token: string; isStop: boolean; submitLabel: string; initial: Faults };

/** One button. The token stays in the form and leaves the address. */
export function UndoForm({ token, isStop, submitLabel, initial }: Props) {
  useForgottenToken();
  const form = useAuthForm({
    endpoint: '/api/auth/undo',
    next: isStop ? '/login?stopped=1' : '/login?undone=1',
    initial,
    toBody,
    required: {},
    retryField: 'token',
    tells: null,
  });
  return (
    <AuthForm form={form} action="/api/auth/undo" submitLabel={submitLabel} busyLabel="Taking it back">
      <input type="hidden" name="token" value={token} />
      {isStop ? <input type="hidden" name="kind" value="stop_reset" /> : null}
    </AuthForm>
  );
}
