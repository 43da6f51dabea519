'use client';

import { useActionState } from 'react';
import { ConfirmBlock } from '@/app/_components/forms/confirm-block';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { Notice } from '@/app/_components/frame/notice';
import { PasskeyConfirm } from '@/app/_components/passkeys/passkey-confirm';
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
    const { choice, carried } = state.question;
    return (
      <ConfirmBlock
        {...{ action, isBusy, email, faults, choice, carried }}
        passkey={choice.hasPasskey ? <PasskeyConfirm {...{ action, isBusy, carried }} /> : null}
      >
        <p>
          You asked to sign out every other browser and program. You stay signed in here, and the next page is where you
          choose a new password.
        </p>
      </ConfirmBlock>
    );
  }
  return (
    <>
      <div role="alert" className="empty:hidden">
        {faults.summary === null ? null : (
          <Notice tone="fault" key={faults.attempt} className="mb-5">
            {faults.summary}
          </Notice>
        )}
      </div>
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
