'use client';

import { type MouseEvent, type ReactNode, useRef, useState } from 'react';
import { useFormStatus } from 'react-dom';
import { ConfirmDialog } from './confirm-dialog';

type Props = {
  action: (fields: FormData) => Promise<void>;
  fields?: Readonly<Record<string, string>>;
  label: string;
  /** What the label is about, for those who do not see what it stands beside. */
  about?: ReactNode;
  busyLabel: string;
  title: string;
  text: ReactNode;
};

/** A form of one button that asks back first. Without scripts it does not ask: pressing it is the answer. */
export function ConfirmedForm({ action, fields = {}, label, about, busyLabel, title, text }: Props) {
  const formRef = useRef<HTMLFormElement>(null);
  const [isAsking, setIsAsking] = useState(false);

  function ask(event: MouseEvent) {
    event.preventDefault();
    setIsAsking(true);
  }

  return (
    <form ref={formRef} action={action}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <AskingButton label={label} about={about} busyLabel={busyLabel} onClick={ask} />
      <ConfirmDialog
        {...{ isOpen: isAsking, setIsOpen: setIsAsking, title, text, confirmLabel: label, askedFrom: formRef }}
        onConfirm={() => formRef.current?.requestSubmit()}
      />
    </form>
  );
}

type ButtonProps = Pick<Props, 'label' | 'busyLabel'> & {
  about: ReactNode;
  onClick: (event: MouseEvent) => void;
};

function AskingButton({ label, about, busyLabel, onClick }: ButtonProps) {
  const { pending } = useFormStatus();
  return (
    <button
      type="submit"
      className="button button-fault button-small"
      aria-disabled={pending}
      onClick={pending ? (event) => event.preventDefault() : onClick}
    >
      {pending ? <span className="spinner" aria-hidden="true" /> : null}
      {label}
      {about === undefined ? null : <span className="sr-only"> on {about}</span>}
      <span role="status" className="sr-only">
        {pending ? busyLabel : ''}
      </span>
    </button>
  );
}
