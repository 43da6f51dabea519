'use client';

import { ActionButton } from './action-button';
import { LAST_TEXT } from './change-sentence';
import type { RemovalRequest } from './factor-changes';
import { FocusedHeading } from './focused-heading';

type Props = { action: (form: FormData) => void; request: RemovalRequest };

/** Whether it is really to go: for somebody who just proved who they are, and is asked for nothing else. */
export function RemovalQuestion({ action, request }: Props) {
  const { isLast } = request;
  const isApp = request.action === 'remove_totp';
  return (
    <section aria-labelledby="removal" className="sheet p-5 sm:p-6">
      <FocusedHeading id="removal">{isApp ? 'Remove your authenticator app?' : 'Remove this passkey?'}</FocusedHeading>
      <p className="mt-2 mb-5 text-ink-soft">
        {isApp ? null : (
          <>
            <bdi className="font-semibold text-ink wrap-anywhere">{request.name}</bdi> signs you in no more.{' '}
          </>
        )}
        Every other device is signed out. {isLast ? LAST_TEXT : 'Your other second factors stay.'}
      </p>
      <ActionButton
        action={action}
        fields={{
          action: request.action,
          sure: isLast ? 'last' : 'one',
          ...(isApp ? {} : { id: request.id }),
        }}
        label={isApp ? 'Remove authenticator app' : 'Remove'}
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
