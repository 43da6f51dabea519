'use client';

import { useActionState } from 'react';
import { ActionForm } from '@/app/_components/forms/action-form';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { TextField } from '@/app/_components/forms/text-field';
import { type RenameState, renameOwnPasskey } from './passkey-actions';

/** Gives a passkey another name, by which its owner knows it. */
export function RenameForm({ id, name }: { id: string; name: string }) {
  const [state, action, isBusy] = useActionState<RenameState, FormData>(renameOwnPasskey, { faults: NO_FAULTS });
  return (
    <ActionForm
      {...{ action, isBusy, faults: state.faults, submitLabel: 'Rename', busyLabel: 'Keeping the name', look: 'quiet' }}
    >
      <input type="hidden" name="id" value={id} />
      <TextField
        name="name"
        id={`name-${id}`}
        label="Passkey name"
        required
        maxLength={80}
        defaultValue={name}
        autoComplete="off"
        spellCheck={false}
      />
    </ActionForm>
  );
}
