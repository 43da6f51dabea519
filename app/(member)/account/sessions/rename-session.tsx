'use client';

import { useActionState } from 'react';
import { ActionForm } from '@/app/_components/forms/action-form';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { type RenameState, renameOwnSession } from './actions';

type Props = { id: string; name: string | null; device: string };

/** Gives a session a name, by which its owner tells it from others of the same browser and system. */
export function RenameSession({ id, name, device }: Props) {
  const [state, action, isBusy] = useActionState<RenameState, FormData>(renameOwnSession, { faults: NO_FAULTS });
  return (
    // Without scripts a refused name comes with a new page, which has to show it.
    <details className="w-full" open={state.faults.attempt > 0}>
      <summary className="link w-fit cursor-pointer py-2 text-sm">
        {name === null ? 'Give it a name' : 'Rename'}
        <span className="sr-only">: {name ?? device}</span>
      </summary>
      <div className="mt-2 max-w-sm">
        <ActionForm
          {...{ action, isBusy, faults: state.faults, submitLabel: 'Save name', busyLabel: 'Keeping the name' }}
          look="quiet"
        >
          <input type="hidden" name="sessionId" value={id} />
          <TextField
            name="name"
            id={`name-${id}`}
            label="Session name"
            hint="Such as “Laptop at work”. Empty takes the name away."
            maxLength={80}
            defaultValue={name ?? ''}
            autoComplete="off"
            spellCheck={false}
          />
        </ActionForm>
      </div>
    </details>
  );
}
