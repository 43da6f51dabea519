'use client';

import { useActionState } from 'react';
import { ActionForm } from '@/app/_components/forms/action-form';
import { CodeField } from '@/app/_components/forms/code-field';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { type CodeState, confirmAddress } from './email-actions';

/** Takes the code that was mailed to `email`, which the account has once it is right. */
export function CodeForm({ email }: { email: string }) {
  const [state, action, isBusy] = useActionState<CodeState, FormData>(confirmAddress, { faults: NO_FAULTS });
  return (
    <ActionForm
      {...{ action, isBusy, faults: state.faults, submitLabel: 'Confirm new email', busyLabel: 'Checking the code' }}
      beside={
        <button type="submit" name="cancel" value="1" formNoValidate className="button button-quiet">
          Use another address
        </button>
      }
    >
      <p className="text-sm text-ink-soft">
        A code of six digits is on its way to <bdi className="font-semibold text-ink wrap-anywhere">{email}</bdi>. It is
        good for ten minutes, in this browser. If this address already has an account, the mail says so and holds no
        code. Once your address has changed, every other device is signed out.
      </p>
      <CodeField name="code" label="Code" />
    </ActionForm>
  );
}
