'use client';

import type { InputHTMLAttributes, ReactNode } from 'react';
import { useFault } from './faults-context';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'className'> & {
  name: string;
  /** Where a page has several forms with a field of that name; the name itself unless said otherwise. */
  id?: string;
  label: string;
  hint?: ReactNode;
  /** Said beside the label, such as "optional". */
  aside?: string;
  className?: string;
};

/** A labelled input. Hint and error are tied to it, so that a screen reader says both on focus. */
export function TextField({ name, id = name, label, hint, aside, className = '', ...input }: Props) {
  const fault = useFault(name);
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
        {aside === undefined ? null : <span className="font-normal text-ink-soft"> ({aside})</span>}
      </label>
      <input
        id={id}
        name={name}
        // A name may be written from the right, in a page that is not.
        dir="auto"
        className={`input ${className}`}
        {...fieldAria(id, hint !== undefined, fault)}
        {...input}
      />
      {hint === undefined ? null : (
        <div id={`${id}-hint`} className="mt-1.5 text-sm text-ink-soft">
          {hint}
        </div>
      )}
      <FieldFault {...{ name, id }} />
    </div>
  );
}

/** ARIA attributes of the input `id`. */
export function fieldAria(id: string, hasHint: boolean, fault: string | undefined) {
  const ids = [fault === undefined ? null : `${id}-fault`, hasHint ? `${id}-hint` : null].filter((one) => one !== null);
  return {
    ...(fault === undefined ? {} : { 'aria-invalid': true }),
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
  };
}

/** Why the field was refused, below it; nothing when it was not. */
export function FieldFault({ name, id = name }: { name: string; id?: string }) {
  const fault = useFault(name);
  if (fault === undefined) return null;
  return (
    <p id={`${id}-fault`} className="mt-1.5 text-sm font-medium text-fault">
      {fault}
    </p>
  );
}
