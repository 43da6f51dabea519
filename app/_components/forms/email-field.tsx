'use client';

import { TextField } from './text-field';

type Props = {
  typed?: string | undefined;
  /** With `webauthn` last, browsers suggest passkeys too. */
  autoComplete?: 'username' | 'username webauthn';
};

/** The field "Email" of a form that signs in or up: what a password manager keeps as the name of the account. */
export function EmailField({ typed, autoComplete = 'username' }: Props) {
  return (
    <TextField
      name="email"
      label="Email"
      type="email"
      required
      defaultValue={typed}
      autoComplete={autoComplete}
      autoCapitalize="none"
      spellCheck={false}
    />
  );
}
