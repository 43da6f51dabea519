'use client';

import type { AskedProof } from './asked-proof';
import { CodeField } from './code-field';
import { PasswordField } from './password-field';
import { TextField } from './text-field';

type Props = {
  asked: AskedProof;
  /** For the only thing that one comes to a page for. */
  hasFocus?: boolean;
};

/** The one field of a proof. A recovery code is no code of an app, so that no password manager may put one there. */
export function ProofField({ asked, hasFocus = false }: Props) {
  return (
    <>
      {asked === 'password' ? <PasswordField autoComplete="current-password" /> : null}
      {asked === 'totp' ? <CodeField name="code" label="Authentication code" hasFocus={hasFocus} /> : null}
      {asked === 'recovery' ? (
        <TextField
          {...{ name: 'code', label: 'Recovery code', type: 'text', required: true, autoComplete: 'off' }}
          className="font-mono"
          maxLength={80}
          autoCapitalize="characters"
          autoCorrect="off"
          spellCheck={false}
          autoFocus={hasFocus}
          hint="One of those that you kept. Each is good once; dashes and small letters do not matter."
        />
      ) : null}
    </>
  );
}
