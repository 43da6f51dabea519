'use client';

import type { ReactNode } from 'react';
import { FaultNotice } from './fault-notice';
import { FaultsContext } from './faults-context';
import { SubmitButton } from './submit-button';
import type { useAuthForm } from './use-auth-form';

type Props = {
  form: ReturnType<typeof useAuthForm>;
  action: string;
  submitLabel: string;
  busyLabel: string;
  children: ReactNode;
};

/** A form of the front pages: posts itself to `action` without scripts, by `useAuthForm` with them. */
export function AuthForm({ form, action, submitLabel, busyLabel, children }: Props) {
  const { formRef, faults, isBusy, submit, correct } = form;
  return (
    <FaultsContext value={faults}>
      <form ref={formRef} method="post" action={action} onSubmit={submit} onInput={correct} className="grid gap-5">
        <FaultNotice faults={faults} />
        {children}
        <SubmitButton isBusy={isBusy} busyLabel={busyLabel}>
          {submitLabel}
        </SubmitButton>
      </form>
    </FaultsContext>
  );
}
