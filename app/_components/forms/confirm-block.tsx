'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { AccountName } from './account-name';
import { ActionForm } from './action-form';
import type { Faults } from './faults';
import { PasswordField } from './password-field';

type Props = {
  action: (form: FormData) => void;
  faults: Faults;
  isBusy: boolean;
  /** The change that waits, sealed. */
  carried: string;
  /** For password managers, which would else not know whose password it is. */
  email: string;
  /** All that the change does. */
  children: ReactNode;
};

/**
 * In place of a form whose change wants a fresh proof: says what would be done and asks for the proof. The change waits in
 * this form and nowhere else; "Cancel" brings the empty form back.
 */
export function ConfirmBlock({ action, faults, isBusy, carried, email, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section aria-labelledby="confirm" className="sheet p-5 sm:p-6">
      <h2 id="confirm" ref={heading} tabIndex={-1} className="text-xl">
        Confirm it is you
      </h2>
      <div className="mt-2 mb-5 text-ink-soft">{children}</div>
      <ActionForm
        {...{ action, faults, isBusy, submitLabel: 'Confirm', busyLabel: 'Checking your password' }}
        beside={
          <button type="submit" name="cancel" value="1" formNoValidate className="button button-quiet">
            Cancel
          </button>
        }
      >
        <input type="hidden" name="carried" value={carried} />
        <AccountName email={email} />
        <PasswordField autoComplete="current-password" />
      </ActionForm>
    </section>
  );
}
