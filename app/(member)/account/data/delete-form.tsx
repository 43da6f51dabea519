'use client';

import { useActionState } from 'react';
import { FaultNotice } from '@/app/_components/forms/fault-notice';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { ConfirmBlock } from '@/app/_components/passkeys/confirm-block';
import { ActionButton } from '../security/action-button';
import { FocusedHeading } from '../security/focused-heading';
import { type DeletionState, deleteOwnAccount } from './actions';

/** Deletes the account: asks back, with a proof where the last one is old. Works the same without scripts. */
export function DeleteForm({ email }: { email: string }) {
  const [state, action, isBusy] = useActionState<DeletionState, FormData>(deleteOwnAccount, {
    kind: 'button',
    faults: NO_FAULTS,
  });
  const { faults } = state;
  switch (state.kind) {
    case 'step_up': {
      return (
        <ConfirmBlock {...{ action, isBusy, email, faults, question: state.question }}>
          <p>
            You asked to delete your account. <Consequences email={email} />
          </p>
        </ConfirmBlock>
      );
    }
    case 'sure':
      return (
        <section aria-labelledby="deletion" className="sheet p-5 sm:p-6">
          <FocusedHeading id="deletion">Delete your account?</FocusedHeading>
          <p className="mt-2 mb-5 text-ink-soft">
            <Consequences email={email} />
          </p>
          <ActionButton
            action={action}
            fields={{ sure: '1' }}
            label="Delete my account"
            busyLabel="Signing you out"
            look="fault"
          >
            <button type="submit" name="cancel" value="1" className="button button-quiet">
              Cancel
            </button>
          </ActionButton>
        </section>
      );
    case 'button':
      return (
        <>
          <FaultNotice faults={faults} className="mb-5" />
          <ActionButton
            action={action}
            fields={{}}
            label="Delete my account"
            busyLabel="Asking for the deletion"
            look="fault"
          />
        </>
      );
  }
}

/** All that it does. */
function Consequences({ email }: { email: string }) {
  return (
    <>
      You are signed out everywhere at once, and nobody can sign in any more. After seven days it is deleted with all
      that belongs to it, and cannot come back. Until then a link keeps it, in the mail that goes to{' '}
      <bdi className="wrap-anywhere">{email}</bdi> now.
    </>
  );
}
