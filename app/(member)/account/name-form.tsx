'use client';

import { useActionState, useEffect, useRef, useState } from 'react';
import { NO_FAULTS } from '@/app/_components/forms/faults';
import { FaultsContext } from '@/app/_components/forms/faults-context';
import { SubmitButton } from '@/app/_components/forms/submit-button';
import { TextField } from '@/app/_components/forms/text-field';
import { useKeptText } from '@/app/_components/forms/use-kept-text';
import { Notice } from '@/app/_components/frame/notice';
import { changeName, type NameState } from './actions';
import { tellPasskeyNames } from './passkey-signals';

/**
 * Changes the name by a server action: the same without scripts, where the page comes back with the answer in it.
 * `owner`: the id of the person whose name it is. `isUnsaved`: the name was typed before the person had to sign in again.
 */
export function NameForm({ owner, name, isUnsaved }: { owner: string; name: string; isUnsaved: boolean }) {
  const [state, action, isPending] = useActionState<NameState, FormData>(changeName, { outcome: 'untouched', name });
  /** The answer that was on the page when somebody typed on: what it says is no longer about what the field says. */
  const [corrected, setCorrected] = useState<NameState | null>(null);
  const formRef = useRef<HTMLFormElement>(null);
  const { keep, forget } = useKeptText(formRef, `name ${owner}`);
  const isAnswered = corrected !== state && !isPending;
  const fields = state.outcome === 'refused' && isAnswered ? { name: state.message } : {};

  useEffect(() => {
    if (state.outcome === 'untouched') return;
    forget();
    if (state.outcome === 'saved') void tellPasskeyNames();
    if (state.outcome === 'refused') formRef.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [state, forget]);

  return (
    <FaultsContext value={{ ...NO_FAULTS, fields }}>
      <form ref={formRef} action={action} onSubmit={keep} onInput={() => setCorrected(state)} className="grid gap-5">
        <TextField
          {...{ name: 'name', label: 'Name', aside: 'optional', autoComplete: 'name', defaultValue: state.name }}
          hint="Shown to you and to admins. Leave it empty to have none."
        />
        <div className="flex flex-wrap items-center gap-4">
          <SubmitButton isBusy={isPending} busyLabel="Saving your name" className="button button-primary">
            Save name
          </SubmitButton>
          <div role="status" className="min-w-0">
            {state.outcome === 'untouched' && isUnsaved && isAnswered ? (
              <Notice tone="calm">You had to sign in first. Your change is still here, and not saved yet.</Notice>
            ) : null}
            {state.outcome === 'saved' && isAnswered ? (
              <Notice tone="calm">
                {state.name === '' ? (
                  'Saved. You have no name now.'
                ) : (
                  <>
                    Saved. Hello, <bdi>{state.name}</bdi>.
                  </>
                )}
              </Notice>
            ) : null}
          </div>
        </div>
      </form>
    </FaultsContext>
  );
}
