import { partly, proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const CHANGE = 'integration/account/change-password.test.ts';
const FACTOR = 'integration/sign-in/second-factor.test.ts';
const TOTP = 'integration/security/totp.test.ts';

export const AUTHENTICATION: readonly Requirement[] = [
  proven(
    '6.3.1',
    1,
    'Guessing and stuffing are stopped as the documents say',
    [
      'integration/sign-in/factors-at-once.test.ts',
      '500 guesses at the second step, from 50 addresses in 20 sign-ins on two servers',
    ],
    [
      'integration/rate-limit/strangers-and-owners.test.ts',
      'at thirty accounts make it wait for every other one, which its owner elsewhere does not notice',
    ],
    [
      'integration/sign-in/mailed-code.test.ts',
      'opens nothing and brings a code to the owner, which finishes the sign-in and ends the row',
    ],
  ),
  proven('6.3.2', 1, 'No account comes with the software', [
    'integration/maintenance/own-database.test.ts',
    'a server on a database of its own knows no demo accounts and no mailbox, and none are made there',
  ]),
  partly(
    '6.3.3',
    2,
    'A second factor: who has set one up is never signed in without it',
    [FACTOR, 'opens nothing before the code, then begins a session of both, and is cheap'],
    [FACTOR, 'does not begin by password alone when the factor comes while the password is being compared'],
    [
      'integration/sign-in/passkey.test.ts',
      'needs nothing else, counts as two factors, takes the place of the session before, and is cheap',
    ],
  ),
  proven(
    '6.3.4',
    2,
    'There is no other way in, and each has the same strength',
    [RULES, 'are the modules that begin a session, and no others'],
    [FACTOR, 'is told that a code is wanted, and signs in with one of either kind, once each'],
    ['integration/rate-limit/strangers-and-owners.test.ts', 'are not held up by what strangers did at the login page'],
  ),
  partly('6.3.5', 3, 'A sign-in by a device that is new is told to its owner', [
    'integration/sign-in/new-device.test.ts',
    'by a browser that the account does not know is told to its owner, and by a known one not',
  ]),
  partly('6.3.6', 3, 'A link in a mail signs nobody in', [
    'integration/recovery/reset-password.test.ts',
    'sets it, signs nobody in, ends every session of browsers and programs, and tells the owner',
  ]),
  proven(
    '6.3.7',
    3,
    'A change of what signs somebody in is told to them',
    [CHANGE, 'wants the current one, ends every other session of browsers and programs, and tells the owner'],
    [
      'integration/account/change-email.test.ts',
      'is proven by a code at the new one, ends every other session, and tells both mailboxes',
    ],
    [
      'integration/security/passkeys.test.ts',
      'with the first one ends every other session, gives ten codes and a mail, and it signs in',
    ],
  ),
  proven(
    '6.3.8',
    3,
    'Whether an address has an account shows nowhere',
    ['integration/sign-in/known-or-unknown.test.ts', 'changes no answer and no statement: $name'],
    [
      'integration/sign-in/equal-work.test.ts',
      'costs one hash and the same statements for a known and an unknown address, and seals as much',
    ],
    [
      'integration/recovery/forgot-password.test.ts',
      'is answered alike for known, unknown and disabled addresses, with the same rows, and mailed to the known one only',
    ],
  ),
  partly(
    '6.4.1',
    1,
    'A code to begin with is short-lived and good once',
    [
      'integration/sign-up/sealed-cookie.test.ts',
      'replayed 20 times with wrong codes is dead after five, also for the right one, limits or no limits',
    ],
    ['integration/ceremonies/ceremony-store.test.ts', 'that is over gives no try, whatever its cookie says'],
  ),
  proven('6.4.2', 1, 'No hints and no secret questions', [
    RULES,
    'have no question that only its owner should know, and no hint',
  ]),
  partly(
    '6.4.3',
    2,
    'A forgotten password is set anew without going around a second factor',
    ['integration/recovery/reset-password.test.ts', 'works once, and takes the other links of the person with it'],
    [
      'integration/recovery/factors.test.ts',
      'asks for no factor and takes none away: it signs nobody in, and the next sign-in wants the factor',
    ],
    [
      'integration/recovery/forgot-password.test.ts',
      'leads to the configured origin, whatever the request says of its host',
    ],
  ),
  partly(
    '6.4.4',
    2,
    'Who lost a factor proves as much as before, or waits',
    [FACTOR, 'signs in once, however it is typed, and the owner is told how many are left'],
    [
      'integration/recovery/factors.test.ts',
      'changes nothing for a day; then the next right password in a browser removes them, and says so',
    ],
  ),
  partly('6.4.6', 3, 'An admin begins a reset and chooses no password', [
    'integration/admin/administration.test.ts',
    'takes the password away: signing in is as for nobody, until the owner has chosen another by the mailed link',
  ]),
  partly(
    '6.5.1',
    2,
    'A code is good once',
    [FACTOR, 'takes a code of the step before and of the one after, blanks and dashes, and each step once'],
    [
      'integration/sign-in/factors-at-once.test.ts',
      'with a code of the app are one session, and the others may go on with the next code',
    ],
  ),
  partly(
    '6.5.2',
    2,
    'Recovery codes are stored as hashes',
    ['integration/security/database-reader.test.ts', 'makes of it no code of an app and no recovery code'],
    ['unit/core/factors/recovery-code.test.ts', 'shows its 120 bits in six groups of four, the first ones first'],
  ),
  proven(
    '6.5.3',
    2,
    'Secrets come from a generator that nobody can foresee',
    [
      'architecture/cryptography.test.ts',
      'makes a choice nowhere by chance that can be foreseen, but when the outbox looks again',
    ],
    ['unit/core/factors/recovery-code.test.ts', 'asks for 15 random bytes, and no two are alike'],
  ),
  partly(
    '6.5.5',
    2,
    'Codes are good for ten minutes at most, those of an app for its step',
    ['integration/database/one-clock.test.ts', 'takes a code for as long as it is good'],
    [FACTOR, 'takes a code of the step before and of the one after, blanks and dashes, and each step once'],
  ),
  partly(
    '6.5.6',
    3,
    'A factor can be removed, with a proof',
    [TOTP, 'wants a factor, and consent where it is the last; then the codes are gone and every other session is over'],
    [
      'integration/security/passkeys.test.ts',
      'is removed by its owner alone, with a factor, and with consent where it is the last',
    ],
  ),
  partly('6.5.8', 3, 'The time of a code is the server’s', [
    'integration/database/one-clock.test.ts',
    'takes a code for as long as it is good',
  ]),
  partly('6.6.2', 2, 'A mailed code belongs to the request that asked for it', [
    'integration/sign-in/mailed-code.test.ts',
    'is of no use without its cookie, in a sign-up, or once the password is another one',
  ]),
  partly(
    '6.6.3',
    2,
    'Codes are guessed a few times and no more',
    [
      'integration/sign-in/mailed-code.test.ts',
      'has five tries, wrong ones are told to the owner, and a new sign-in brings no further tries for ever',
    ],
    [FACTOR, 'cost a try of their sign-in, of which there are five'],
  ),
];
