'use client';

import type { ReactNode } from 'react';
import { useFormStatus } from 'react-dom';

type Props = {
  action: (form: FormData) => void;
  /** What the form says besides, by name. */
  fields: Readonly<Record<string, string>>;
  label: string;
  /** What it is about, for those who hear the button alone. */
  about?: string | undefined;
  busyLabel: string;
  look: 'primary' | 'quiet' | 'fault';
  /** Beside the button. */
  children?: ReactNode;
};

const LOOKS = { primary: 'button-primary', quiet: 'button-quiet', fault: 'button-fault' } as const;

/** A form of a server action that has nothing to fill in. */
export function ActionButton({ action, fields, label, about, busyLabel, look, children }: Props) {
  return (
    <form action={action} className="flex flex-wrap items-center gap-4">
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button {...{ label, about, busyLabel, look }} />
      {children}
    </form>
  );
}

function Button({ label, about, busyLabel, look }: Pick<Props, 'label' | 'about' | 'busyLabel' | 'look'>) {
  const { pending } = useFormStatus();
  return (
    <>
      <button
        type="submit"
        className={`button ${LOOKS[look]}`}
        aria-disabled={pending}
        onClick={pending ? (event) => event.preventDefault() : undefined}
      >
        {pending ? <span className="spinner" aria-hidden="true" /> : null}
        {label}
        {about === undefined ? null : <span className="sr-only"> {about}</span>}
      </button>
      <span role="status" className="sr-only">
        {pending ? busyLabel : ''}
      </span>
    </>
  );
}
