import { partly, proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const CREDENTIALS = 'integration/sessions/credentials.test.ts';
const ALONE = 'integration/middleware/guards-alone.test.ts';
const ADMIN = 'integration/admin/administration.test.ts';

export const AUTHORIZATION: readonly Requirement[] = [
  proven(
    '8.1.1',
    1,
    'The documents say who may call what',
    [RULES, 'is said of every endpoint with the wrapper that it has'],
    [RULES, 'is said of every page as the table of the code has it'],
  ),
  proven('8.1.2', 2, 'They say which fields who may read and write', [
    RULES,
    'what may be read and written of a person: the fields of an answer, and what an admin changes',
  ]),
  proven(
    '8.2.1',
    1,
    'What is not allowed is refused',
    [
      'architecture/routes.test.ts',
      'every route file of ours is made by our wrappers, names itself as the tree does, and answers the other methods',
    ],
    ['architecture/page-guards.test.ts', 'what the table protects asks who is there, and what asks is in the table'],
    [ADMIN, 'may not %s %s'],
  ),
  proven(
    '8.2.2',
    1,
    'Nobody reaches what is somebody else’s',
    [CREDENTIALS, 'reaches one’s own, and nobody else’s'],
    ['integration/sessions/list.test.ts', 'is named by nobody else, by no program, and not once it is over'],
    [
      'integration/security/passkeys.test.ts',
      'is removed by its owner alone, with a factor, and with consent where it is the last',
    ],
    [
      'integration/account/activity.test.ts',
      'is theirs alone, newest first, in pages of which none repeats or leaves out an event',
    ],
  ),
  proven(
    '8.2.3',
    2,
    'No field is read or written that is not allowed',
    [ALONE, 'rename the person who asks, and change nothing else of them, whatever the form names'],
    [ADMIN, 'is devices, events, and that there are factors: no password, secret, code or token'],
  ),
  proven(
    '8.3.1',
    1,
    'All of it is decided on the server',
    [ALONE, 'end no session of another person, whatever id the form names'],
    ['e2e/late-data.spec.ts', 'who may see a page is decided before its data is waited for'],
  ),
  partly(
    '8.3.2',
    3,
    'A change of rights holds within five seconds',
    [
      'integration/sessions/claims-change.test.ts',
      'goes on in every browser: old tokens are stale at once, and a refresh brings the new role',
    ],
    [
      'integration/services/service-promises.ts',
      'refuses a token whose role changed within 5 s, says that a refresh helps, and takes the fresh one',
    ],
  ),
  partly(
    '8.4.2',
    3,
    'Admins need their role and a fresh proof',
    [ADMIN, 'wants a recent proof, and does nothing without: %s %s'],
    [ADMIN, 'is who the database says at that moment, whatever the token of a former admin says'],
  ),
];
