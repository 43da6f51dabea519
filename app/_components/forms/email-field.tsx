'use client';

import { TextField } from './text-field';

/** The field "Email" of a form that signs in or up: what a password manager keeps as the name of the account. */
export function EmailField({ typed }: { typed?: string | undefined }) {
  return (
    <TextField
      name="email"
      label="Email"
      type="email"
      required
      defaultValue={typed}
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}
