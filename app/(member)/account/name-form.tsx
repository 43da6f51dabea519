'use client';

import { useActionState, useEffect, useRef } from 'react';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { FaultsContext } from '@/app/_components/forms/faults-context';
import { SubmitButton } from '@/app/_components/forms/submit-button';
import { TextField } from '@/app/_components/forms/text-field';
import { Notice } from '@/app/_components/frame/notice';
import { changeName, type NameState } from './actions';

/**
 * Changes the name by a server action: the same without scripts, where the page comes back with the answer in it.
 * `isUnsaved`: the name was typed before the person had to sign in again.
 */
export function NameForm({ name, isUnsaved }: { name: string; isUnsaved: boolean }) {
  const [state, action, isPending] = useActionState<NameState, FormData>(changeName, { outcome: 'untouched', name });
  const formRef = useRef<HTMLFormElement>(null);
  const fields = state.outcome === 'refused' ? { name: state.message } : {};

  useEffect(() => {
    if (state.outcome === 'refused') formRef.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [state]);

  return (
    <FaultsContext value={{ ...NO_FAULTS, fields }}>
      <form ref={formRef} action={action} className="grid gap-5">
        <TextField
          {...{ name: 'name', label: 'Name', aside: 'optional', autoComplete: 'name', defaultValue: state.name }}
          hint="Shown to you and to admins. Leave it empty to have none."
        />
        <div className="flex flex-wrap items-center gap-4">
          <SubmitButton isBusy={isPending} busyLabel="Saving your name" className="button button-primary">
            Save name
          </SubmitButton>
          <div role="status">
            {state.outcome === 'untouched' && isUnsaved ? (
              <Notice tone="calm">You had to sign in first. Your change is still here, and not saved yet.</Notice>
            ) : null}
            {state.outcome === 'saved' && !isPending ? (
              <Notice tone="calm">
                {state.name === '' ? 'Saved. You have no name now.' : `Saved. Hello, ${state.name}.`}
              </Notice>
            ) : null}
          </div>
        </div>
      </form>
    </FaultsContext>
  );
}
