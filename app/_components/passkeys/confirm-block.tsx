'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { AccountName } from '@/app/_components/forms/account-name';
import { ActionForm } from '@/app/_components/forms/action-form';
import type { ProofChoice } from '@/app/_components/forms/asked-proof';
import type { Faults } from '@/app/_components/forms/faults';
import { ProofField } from '@/app/_components/forms/proof-field';
import { PasskeyConfirm } from './passkey-confirm';

type Props = {
  action: (form: FormData) => void;
  faults: Faults;
  isBusy: boolean;
  question: {
    /** The change that waits, sealed. */
    readonly carried: string;
    /** What can prove who it is. */
    readonly choice: ProofChoice;
  };
  /** For password managers, which would else not know whose proof it is. */
  email: string;
  /** All that the change does. */
  children: ReactNode;
};

const CANCEL = (
  <button type="submit" name="cancel" value="1" formNoValidate className="button button-quiet">
    Cancel
  </button>
);

/**
 * In place of a form whose change wants a fresh proof: says what would be done and asks for the proof. The change waits in
 * this form and nowhere else; "Cancel" brings the empty form back.
 */
export function ConfirmBlock({ action, faults, isBusy, question, email, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { carried, choice } = question;
  const { asked, other, hasPasskey } = choice;
  return (
    <section aria-labelledby="confirm" className="sheet p-5 sm:p-6">
      <h2 id="confirm" ref={heading} tabIndex={-1} className="text-xl">
        Confirm it is you
      </h2>
      <div className="mt-2 mb-5 text-ink-soft">{children}</div>
      {hasPasskey ? (
        <div className="mb-5">
          <PasskeyConfirm {...{ action, carried, isBusy }} />
        </div>
      ) : null}
      {asked === null ? (
        <form action={action} className="grid justify-items-start gap-5">
          {hasPasskey ? null : (
            <p>Your account has nothing that could be typed here as a proof. Sign out, and sign in again.</p>
          )}
          {CANCEL}
        </form>
      ) : (
        <ActionForm
          key={asked}
          {...{ action, faults, isBusy, submitLabel: 'Confirm' }}
          busyLabel={asked === 'password' ? 'Checking your password' : 'Checking the code'}
          beside={
            <>
              {CANCEL}
              {other === null ? null : (
                <button type="submit" name="with" value={other} formNoValidate className="link min-h-11 text-sm">
                  {other === 'recovery' ? 'Use a recovery code' : 'Use your authenticator app'}
                </button>
              )}
            </>
          }
        >
          <input type="hidden" name="carried" value={carried} />
          <input type="hidden" name="asked" value={asked} />
          <AccountName email={email} />
          <ProofField asked={asked} />
        </ActionForm>
      )}
    </section>
  );
}
