import { partly, proven, type Requirement, unproven } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const REVOCATION = 'integration/revocation/revocation.test.ts';
const CREDENTIALS = 'integration/sessions/credentials.test.ts';
const STEP_UP = 'integration/account/step-up.test.ts';
const ROTATION = 'unit/core/session/rotation.test.ts';
const ALONE = 'integration/middleware/guards-alone.test.ts';
const ADMIN = 'integration/admin/administration.test.ts';

export const SESSIONS: readonly Requirement[] = [
  proven('7.1.1', 2, 'The documents say how long a session lives, and why', [
    RULES,
    'is told with the numbers of settings and policy',
  ]),
  proven(
    '7.1.2',
    2,
    'They say how many sessions somebody may have, and what then',
    [RULES, 'and of every other number that bounds what somebody may have'],
    [CREDENTIALS, 'for the hundred and first time ends the oldest session and no other'],
  ),
  proven(
    '7.2.1',
    1,
    'Tokens are verified where nobody else decides',
    [ALONE, '%s leads a guest to the login page, and so it does with a token as Bearer'],
    [ALONE, 'do nothing for a guest, nor with a token as Bearer'],
  ),
  proven(
    '7.2.2',
    1,
    'A session has tokens of its own, and no key is for ever',
    ['unit/core/token/access-token.test.ts', 'have a jti of their own'],
    [
      'unit/core/token/access-token.test.ts',
      'of %i s is never longer than that and never shorter by more than a fifth',
    ],
    [
      'integration/sign-in/sent-twice.test.ts',
      'each form begins a session of its own, and so does one without that field or with another text in it',
    ],
  ),
  proven(
    '7.2.3',
    1,
    'Session secrets have 128 random bits',
    ['unit/core/token/refresh-token.test.ts', 'is 128 random bits'],
    ['unit/core/encoding.test.ts', 'are 128 bits in 22 characters'],
  ),
  proven(
    '7.2.4',
    1,
    'Who signs in, or proves who they are, gets a new session in place of the old',
    [CREDENTIALS, 'over a session ends that one as superseded, without alarm and without mail'],
    [STEP_UP, 'begins a new session in place of the old one, which is over everywhere, and keeps what that one was'],
  ),
  proven(
    '7.3.1',
    2,
    'A session ends when it is not used',
    [ROTATION, 'is over at %s exactly, and alive just before'],
    ['integration/sessions/rotation-sql.test.ts', 'agree on '],
  ),
  proven(
    '7.3.2',
    2,
    'It ends at last, however it is used',
    [ROTATION, 'is over at %s exactly, and alive just before'],
    ['unit/core/policy.test.ts', 'no session outlives the absolute lifetime of the policy'],
    [STEP_UP, 'lasts as long as the session would have, and no day longer'],
  ),
  proven(
    '7.4.1',
    1,
    'After sign-out its tokens are worth nothing',
    [
      REVOCATION,
      'is refused within five seconds by pages, APIs, Bearer calls and services in every process, and stays so',
    ],
    ['e2e/sign-out.spec.ts', 'copies of both cookies are worth nothing right after signing out'],
  ),
  proven(
    '7.4.2',
    1,
    'Who is disabled or deleted has no session',
    [ADMIN, 'ends every session, lets nobody in, tells the owner, and says who did it; enabling lets them in again'],
    [
      'integration/revocation/deleted-sessions.test.ts',
      'every live session of a deleted person is revoked for as long as any other that ends',
    ],
  ),
  proven(
    '7.4.3',
    2,
    'A new password or factor ends the other sessions',
    [
      'integration/account/change-password.test.ts',
      'wants the current one, ends every other session of browsers and programs, and tells the owner',
    ],
    [
      'integration/security/totp.test.ts',
      'stores nothing before the first code was right, then ends every other session and gives ten codes',
    ],
  ),
  proven('7.4.4', 2, 'Every page behind the door has the way out', [
    'integration/routes/every-route.test.ts',
    'behind the door has the way out, each of them',
  ]),
  partly(
    '7.4.5',
    2,
    'Admins end the sessions of one person, the operator those of all',
    [ADMIN, 'ending the sessions of somebody ends them all, once, and says who did it'],
    ['integration/users/command.test.ts', 'ends every session that began before a moment, and no other, in batches'],
  ),
  proven(
    '7.5.1',
    2,
    'A change of address, factor or password wants a proof',
    [STEP_UP, 'is wanted for a change of address ten minutes after the last one, and then it is not done'],
    ['integration/security/totp.test.ts', 'wants a fresh proof, and the code counts as one'],
    [
      'integration/security/passkeys.test.ts',
      'wants a proof that is recent, and of a factor where there is one, and none of it once it was asked for',
    ],
  ),
  unproven(
    '7.5.2',
    2,
    'People see and end their sessions, after proving who they are',
    'They see and end them (`tests/e2e/sessions.spec.ts`), and no fresh proof is asked for: who finds a stranger in the list should be rid of them at once, and a thief who ends sessions has gained nothing that signing in again does not undo.',
  ),
  partly(
    '7.5.3',
    3,
    'What matters most wants a proof of ten minutes',
    ['integration/account/leaving.test.ts', 'needs a fresh proof and a browser; without them nothing has happened'],
    [ADMIN, 'wants a recent proof, and does nothing without: %s %s'],
  ),
  proven(
    '7.6.2',
    2,
    'A session begins only where its person acts',
    [
      'integration/routes/csrf.test.ts',
      'is refused from everywhere else with 403 origin_refused, with and without cookies, as JSON and as a form',
    ],
    [
      'integration/oauth/token-endpoint.test.ts',
      'lets a page of another site sign nobody in: it sets nothing and reads nothing',
    ],
  ),
];
