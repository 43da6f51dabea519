import { expect, test } from 'vitest';
import { proofWords } from '@/app/(member)/account/sessions/proof-words';
import { amrOf } from '@/lib/core/factors/proof';

test.each([
  [amrOf('password'), 'password'],
  [amrOf('passkey'), 'passkey'],
  [amrOf('password', 'totp'), 'password and code'],
  [amrOf('password', 'passkey', 'recovery'), 'password, passkey and code'],
  [[], null],
  [['constructor', 'mfa'], null],
])('a session of %j says by what its person proved who they are', (amr, words) => {
  expect(proofWords(amr)).toBe(words);
});
