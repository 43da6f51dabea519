'use client';

import { TextField } from './text-field';

/** The field "Email" of a form that signs in or up: what a password manager keeps as the name of the account. */
export function EmailField() {
  return (
    <TextField
      name="email"
      label="Email"
      type="email"
      required
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}
