'use client';

import { useActionState } from 'react';
import { ConfirmBlock } from '@/app/_components/forms/confirm-block';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { Notice } from '@/app/_components/frame/notice';
import { PasskeyConfirm } from '@/app/_components/passkeys/passkey-confirm';
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
      const { choice, carried } = state.question;
      return (
        <ConfirmBlock
          {...{ action, isBusy, email, faults, choice, carried }}
          passkey={choice.hasPasskey ? <PasskeyConfirm {...{ action, isBusy, carried }} /> : null}
        >
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
