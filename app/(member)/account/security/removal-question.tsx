'use client';

import { ActionButton } from './action-button';
import { LAST_TEXT } from './change-sentence';
import { FocusedHeading } from './focused-heading';

type Props = { action: (form: FormData) => void; isLast: boolean };

/** Whether the app is really to go: for somebody who just proved who they are, and is asked for nothing else. */
export function RemovalQuestion({ action, isLast }: Props) {
  return (
    <section aria-labelledby="removal" className="sheet p-5 sm:p-6">
      <FocusedHeading id="removal">Remove your authenticator app?</FocusedHeading>
      <p className="mt-2 mb-5 text-ink-soft">
        Every other device is signed out. {isLast ? LAST_TEXT : 'Your passkeys stay.'}
      </p>
      <ActionButton
        action={action}
        fields={{ action: 'remove_totp', sure: isLast ? 'last' : 'one' }}
        label="Remove authenticator app"
        busyLabel="Removing it"
        look="fault"
      >
        <button type="submit" name="cancel" value="1" className="button button-quiet">
          Cancel
        </button>
      </ActionButton>
    </section>
  );
}
