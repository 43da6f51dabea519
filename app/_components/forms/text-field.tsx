'use client';

import type { InputHTMLAttributes, ReactNode } from 'react';
import { useFault } from './faults-context';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'id' | 'className'> & {
  name: string;
  label: string;
  hint?: ReactNode;
  /** Said beside the label, such as "optional". */
  aside?: string;
  className?: string;
};

/** A labelled input. Hint and error are tied to it, so that a screen reader says both on focus. */
export function TextField({ name, label, hint, aside, className = '', ...input }: Props) {
  const fault = useFault(name);
  return (
    <div>
      <label htmlFor={name} className="mb-1.5 block text-sm font-semibold">
        {label}
        {aside === undefined ? null : <span className="font-normal text-ink-soft"> ({aside})</span>}
      </label>
      <input
        id={name}
        name={name}
        // A name may be written from the right, in a page that is not.
        dir="auto"
        className={`input ${className}`}
        {...fieldAria(name, hint !== undefined, fault)}
        {...input}
      />
      {hint === undefined ? null : (
        <div id={`${name}-hint`} className="mt-1.5 text-sm text-ink-soft">
          {hint}
        </div>
      )}
      <FieldFault name={name} />
    </div>
  );
}

/** ARIA attributes of the input `name`. */
export function fieldAria(name: string, hasHint: boolean, fault: string | undefined) {
  const ids = [fault === undefined ? null : `${name}-fault`, hasHint ? `${name}-hint` : null].filter(
    (id) => id !== null,
  );
  return {
    ...(fault === undefined ? {} : { 'aria-invalid': true }),
    ...(ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }),
  };
}

/** Why the field was refused, below it; nothing when it was not. */
export function FieldFault({ name }: { name: string }) {
  const fault = useFault(name);
  if (fault === undefined) return null;
  return (
    <p id={`${name}-fault`} className="mt-1.5 text-sm font-medium text-fault">
      {fault}
    </p>
  );
}
