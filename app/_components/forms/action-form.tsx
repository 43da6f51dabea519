'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { FaultNotice } from './fault-notice';
import { type Faults, NO_FAULTS } from './faults';
import { FaultsContext } from './faults-context';
import { SubmitButton } from './submit-button';

type Props = {
  action: (form: FormData) => void;
  /** Of the last answer. */
  faults: Faults;
  isBusy: boolean;
  submitLabel: string;
  busyLabel: string;
  /** Quiet where it is not what the page is for. */
  look?: 'primary' | 'quiet';
  /** Beside the button. */
  beside?: ReactNode;
  children: ReactNode;
};

/**
 * A form of a server action, which works the same without scripts. What an answer found wrong stands at its field, or above
 * all fields, until somebody types; the first field that was refused gets the focus.
 */
export function ActionForm({
  action,
  faults,
  isBusy,
  submitLabel,
  busyLabel,
  look = 'primary',
  beside,
  children,
}: Props) {
  const formRef = useRef<HTMLFormElement>(null);
  const [corrected, setCorrected] = useState<Faults | null>(null);
  const shown = corrected === faults || isBusy ? NO_FAULTS : faults;

  useEffect(() => {
    // From here on our own sentences, tied to their fields, replace the browser's bubbles.
    if (formRef.current !== null) formRef.current.noValidate = true;
  }, []);

  const { attempt } = faults;
  useEffect(() => {
    if (attempt > 0) formRef.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [attempt]);

  return (
    <FaultsContext value={shown}>
      <form ref={formRef} action={action} onInput={() => setCorrected(faults)} className="grid gap-5">
        <FaultNotice faults={shown} />
        {children}
        <div className="flex flex-wrap items-center gap-4">
          <SubmitButton isBusy={isBusy} busyLabel={busyLabel} className={`button button-${look}`}>
            {submitLabel}
          </SubmitButton>
          {beside}
        </div>
      </form>
    </FaultsContext>
  );
}
