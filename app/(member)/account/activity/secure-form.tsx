'use client';

import { useActionState } from 'react';
import { FaultNotice } from '@/app/_components/forms/fault-notice';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { ConfirmBlock } from '@/app/_components/passkeys/confirm-block';
import { ActionButton } from '../security/action-button';
import { type SecureState, secureAccount } from './actions';

/** One button for whoever sees something that was not them. Works the same without scripts. */
export function SecureForm({ email }: { email: string }) {
  const [state, action, isBusy] = useActionState<SecureState, FormData>(secureAccount, {
    kind: 'button',
    faults: NO_FAULTS,
  });
  const { faults } = state;
  if (state.kind === 'step_up') {
    return (
      <ConfirmBlock {...{ action, isBusy, email, faults, question: state.question }}>
        <p>
          You asked to sign out every other browser and program. You stay signed in here, and the next page is where you
          choose a new password.
        </p>
      </ConfirmBlock>
    );
  }
  return (
    <>
      <FaultNotice faults={faults} className="mb-5" />
      <ActionButton
        action={action}
        fields={{}}
        label="Sign out everywhere else and choose a new password"
        busyLabel="Signing out everywhere else"
        look="fault"
      />
    </>
  );
}
