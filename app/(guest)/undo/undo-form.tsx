'use client';

import { AuthForm } from '@/app/_components/forms/auth-form';
import type { Faults } from '@/app/_components/forms/faults';
import { useAuthForm } from '@/app/_components/forms/use-auth-form';
import { useForgottenToken } from '../forgotten-token';

const toBody = (fields: FormData) => ({ token: fields.get('token') });

/** Which notice the login page shows afterwards. */
const DONE = { stop_reset: 'stopped', keep_account: 'kept' } as const;

type Props = {
  token: string;
  /** Of what does not sign out anybody; null for the rest. */
  kind: keyof typeof DONE | null;
  submitLabel: string;
  initial: Faults;
};

/** One button. The token stays in the form and leaves the address. */
export function UndoForm({ token, kind, submitLabel, initial }: Props) {
  useForgottenToken();
  const form = useAuthForm({
    endpoint: '/api/auth/undo',
    next: `/login?${kind === null ? 'undone' : DONE[kind]}=1`,
    initial,
    toBody,
    required: {},
    retryField: 'token',
    tells: null,
  });
  return (
    <AuthForm form={form} action="/api/auth/undo" submitLabel={submitLabel} busyLabel="Taking it back">
      <input type="hidden" name="token" value={token} />
      {kind === null ? null : <input type="hidden" name="kind" value={kind} />}
    </AuthForm>
  );
}
