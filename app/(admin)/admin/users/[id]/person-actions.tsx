'use client';

import { useActionState } from 'react';
import { ActionForm } from '@/app/_components/forms/action-form';
import { FaultNotice } from '@/app/_components/forms/fault-notice';
import { type Faults, NO_FAULTS } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { ROLE_NAMES } from '@/app/_components/frame/role-names';
import { ConfirmBlock } from '@/app/_components/passkeys/confirm-block';
import { ActionButton } from '@/app/(member)/account/security/action-button';
import { ROLES, type Role } from '@/lib/core/token/claims';
import type { PersonState } from './actions';
import { ChangeSentence } from './change-sentence';

type Action = (before: PersonState, form: FormData) => Promise<PersonState>;

type Props = {
  action: Action;
  /** The admin's own, for password managers. */
  adminEmail: string;
  /** The admin's own account: others change it. */
  isOwn: boolean;
  role: Role;
  isDisabled: boolean;
  hasFactor: boolean;
  isResetOpen: boolean;
  /** What was typed as a reason before the admin had to sign in again; '' for nothing. */
  typedReason: string;
};

/** What an admin can do to an account, or, in its place, the question for a proof. Works the same without scripts. */
export function PersonActions({ action, adminEmail, typedReason, ...person }: Props) {
  const [state, send, isBusy] = useActionState<PersonState, FormData>(action, {
    kind: 'buttons',
    faults: NO_FAULTS,
    reason: typedReason,
  });
  const { faults } = state;
  if (state.kind === 'step_up') {
    const { question } = state;
    return (
      <ConfirmBlock {...{ action: send, isBusy, email: adminEmail, faults, question: question }}>
        <ChangeSentence request={question.request} />
      </ConfirmBlock>
    );
  }
  return <Buttons {...{ send, isBusy, faults, reason: state.reason, ...person }} />;
}

type ButtonsProps = Omit<Props, 'action' | 'adminEmail' | 'typedReason'> & {
  send: (form: FormData) => void;
  isBusy: boolean;
  faults: Faults;
  reason: string;
};

function Buttons({ send, isBusy, faults, reason, isOwn, role, isDisabled, hasFactor, isResetOpen }: ButtonsProps) {
  return (
    <div className="grid gap-6">
      <FaultNotice faults={faults} />
      <div className="flex flex-wrap gap-3">
        {isOwn ? null : (
          <>
            {ROLES.filter((other) => other !== role).map((other) => (
              <ActionButton
                key={other}
                action={send}
                fields={{ action: 'set_role', role: other }}
                label={`Make ${ROLE_NAMES[other].toLowerCase()}`}
                busyLabel="Changing the role"
                look="quiet"
              />
            ))}
            <ActionButton
              action={send}
              fields={{ action: 'set_disabled', disabled: String(!isDisabled) }}
              label={isDisabled ? 'Enable account' : 'Disable account'}
              busyLabel={isDisabled ? 'Enabling the account' : 'Disabling the account'}
              look={isDisabled ? 'quiet' : 'fault'}
            />
            <ActionButton
              action={send}
              fields={{ action: 'force_reset' }}
              label="Force password reset"
              busyLabel="Deleting the password"
              look="fault"
            />
          </>
        )}
        <ActionButton
          action={send}
          fields={{ action: 'end_sessions' }}
          label="End all sessions"
          busyLabel="Ending the sessions"
          look="fault"
        />
        {isResetOpen ? (
          <ActionButton
            action={send}
            fields={{ action: 'stop_factor_reset' }}
            label="Stop factor reset"
            busyLabel="Stopping the reset"
            look="quiet"
          />
        ) : null}
      </div>
      {isOwn ? (
        <p className="text-sm text-ink-soft">
          This is your own account: another admin can change your role or disable it.
        </p>
      ) : null}
      {hasFactor && !isResetOpen && !isOwn ? (
        <div className="max-w-xl">
          <ActionForm
            {...{ action: send, isBusy, look: 'quiet' }}
            // A sentence for the whole stands above all buttons.
            faults={{ ...faults, summary: null }}
            submitLabel="Start factor reset"
            busyLabel="Beginning the reset"
          >
            <input type="hidden" name="action" value="start_factor_reset" />
            <TextField
              key={reason}
              name="reason"
              label="Reason"
              required
              maxLength={200}
              defaultValue={reason}
              autoComplete="off"
              hint="For somebody who lost all second factors and recovery codes, once you know that it is them. It takes a day, and the owner is told at once. The reason is kept in the audit log."
            />
          </ActionForm>
        </div>
      ) : null}
    </div>
  );
}
