'use client';

import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useFault } from './faults-context';
import { FieldFault, fieldAria } from './text-field';

type Props = {
  name?: string;
  label?: string;
  autoComplete: 'current-password' | 'new-password';
  hint?: ReactNode;
  /** In code points: then a counter follows what is typed. */
  minLength?: number;
};

/** A field for a password, with a switch that shows what was typed. Pasting is welcome. */
export function PasswordField({ name = 'password', label = 'Password', autoComplete, hint, minLength }: Props) {
  const [isShown, setIsShown] = useState(false);
  const [length, setLength] = useState(0);
  const fault = useFault(name);
  const inputRef = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // An answer to a form of a server action empties its fields.
    const form = inputRef.current?.form;
    const onReset = () => setLength(0);
    form?.addEventListener('reset', onReset);
    return () => form?.removeEventListener('reset', onReset);
  }, []);

  return (
    <div>
      <label htmlFor={name} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      {hint === undefined ? null : (
        <div id={`${name}-hint`} className="mb-2 text-sm text-ink-soft">
          {hint}
        </div>
      )}
      <div className="relative">
        <input
          ref={inputRef}
          id={name}
          name={name}
          type={isShown ? 'text' : 'password'}
          required
          autoComplete={autoComplete}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          className="input pe-19"
          onChange={(event) => setLength([...event.target.value.normalize('NFC')].length)}
          {...fieldAria(name, hint !== undefined, fault)}
        />
        <button
          type="button"
          className="needs-scripts absolute inset-y-0.5 end-1 min-w-16 cursor-pointer rounded-sm px-2 text-sm font-semibold text-accent hover:text-accent-strong"
          aria-controls={name}
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? 'Hide' : 'Show'}
          <span className="sr-only"> {label.toLowerCase()}</span>
        </button>
      </div>
      {minLength === undefined ? null : <LengthCounter length={length} minLength={minLength} />}
      <FieldFault name={name} />
    </div>
  );
}

function LengthCounter({ length, minLength }: { length: number; minLength: number }) {
  const isEnough = length >= minLength;
  return (
    <div className="needs-scripts mt-2 flex items-center gap-3 text-sm text-ink-soft" aria-hidden="true">
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${minLength * 4} 4`}
        preserveAspectRatio="none"
        className="h-1.5 flex-1 text-accent"
      >
        {Array.from({ length: minLength }, (_, at) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: the marks are their places
            key={at}
            x={at * 4}
            width="3"
            height="4"
            className={at < length ? 'fill-accent' : 'fill-hairline'}
          />
        ))}
      </svg>
      <span className="tabular-nums">
        {isEnough ? `${length} characters, long enough` : `${length} of ${minLength}`}
      </span>
    </div>
  );
}
