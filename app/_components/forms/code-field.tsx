'use client';

import { TextField } from './text-field';

type Props = {
  name: string;
  label: string;
  /** For the only field of a page, and the only thing that one comes for. */
  hasFocus?: boolean;
};

/** A field for a code of six digits. Phones offer it from the mail by themselves; blanks and other digits are welcome. */
export function CodeField({ name, label, hasFocus = false }: Props) {
  return (
    <TextField
      {...{ name, label, required: true, inputMode: 'numeric', autoComplete: 'one-time-code' }}
      className="text-center font-mono text-2xl tracking-[0.4em] indent-[0.4em] tabular-nums"
      maxLength={40}
      spellCheck={false}
      autoFocus={hasFocus}
    />
  );
}
