import { proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const NEW_PASSWORD = 'unit/server/passwords/new-password.test.ts';
const HASH = 'unit/server/passwords/hash.test.ts';
const CHANGE = 'integration/account/change-password.test.ts';

export const PASSWORDS: readonly Requirement[] = [
  proven(
    '6.1.1',
    1,
    'The documents say how guessing is slowed, and that nobody can lock an owner out',
    [RULES, 'is said of every limit, with its numbers'],
    [
      'integration/rate-limit/strangers-and-owners.test.ts',
      'make strangers wait, and not its owner on a device that it knows',
    ],
  ),
  proven(
    '6.1.2',
    2,
    'They list the words of the account that no password is made of',
    [RULES, 'is tested: $rule'],
    [NEW_PASSWORD, 'is looked for in the address and in the name, in any case'],
  ),
  proven('6.1.3', 2, 'They list every way in, with what each asks for', [
    RULES,
    'are the modules that begin a session, and no others',
  ]),
  proven(
    '6.2.1',
    1,
    'A password has 15 characters and more',
    [NEW_PASSWORD, 'is 15 to 128'],
    [NEW_PASSWORD, 'counts code points after composition, not code units and not bytes'],
  ),
  proven('6.2.2', 1, 'People can change their password', [
    'e2e/account.spec.ts',
    'a password is changed, every other browser is out, and the new one signs in',
  ]),
  proven(
    '6.2.3',
    1,
    'A change wants the current one',
    [CHANGE, 'wants the current one, ends every other session of browsers and programs, and tells the owner'],
    [CHANGE, 'is refused with a wrong current one, and then nothing has changed'],
  ),
  proven('6.2.4', 1, 'The 3,000 most common passwords are refused', [
    NEW_PASSWORD,
    'is refused, each of the 3,000 most common that are long enough and the rare ones too, at 8 characters and at 15',
  ]),
  proven('6.2.5', 1, 'No composition is asked for', [NEW_PASSWORD, 'a good passphrase is accepted in any script']),
  proven('6.2.6', 1, 'What is typed is masked, and shown on request', [
    'e2e/forms.spec.ts',
    'a password is masked until its owner wants to see it, and may be pasted',
  ]),
  proven(
    '6.2.7',
    1,
    'Pasting and password managers are welcome',
    ['e2e/forms.spec.ts', 'a password is masked until its owner wants to see it, and may be pasted'],
    [
      'integration/routes/hostile-text.test.ts',
      'every field for a password names its kind to password managers, and forbids no pasting',
    ],
  ),
  proven(
    '6.2.8',
    1,
    'A password counts as it was typed, every byte of it',
    [HASH, 'depends on every byte of a long password, where bcrypt alone stops at 72'],
    [HASH, 'is not cut at a NUL'],
    [HASH, 'keeps case, spaces and compatibility characters apart'],
  ),
  proven(
    '6.2.9',
    2,
    '64 characters and more are taken',
    [NEW_PASSWORD, 'is 15 to 128'],
    [HASH, 'depends on every byte of a long password, where bcrypt alone stops at 72'],
  ),
  proven('6.2.10', 2, 'A password has no end', [
    'integration/sign-in/raised-hash.test.ts',
    'of ten years ago signs in as on its first day, and nobody is asked for another',
  ]),
  proven(
    '6.2.11',
    2,
    'A password is not made of the words of its account',
    [NEW_PASSWORD, 'is looked for in the address and in the name, in any case'],
    ['integration/sign-up/sign-up.test.ts', 'is told why a password is refused, and keeps nothing'],
  ),
  proven(
    '6.2.12',
    2,
    'A password that was in a breach is refused',
    [
      NEW_PASSWORD,
      'is refused, each of the 3,000 most common that are long enough and the rare ones too, at 8 characters and at 15',
    ],
    [NEW_PASSWORD, 'is refused in capitals as well, and with a mark at its end'],
  ),
];
