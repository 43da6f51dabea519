import { partly, proven, type Requirement } from '../requirement';

const FORGED = 'unit/core/token/forged-access-token.test.ts';
const HOSTILE = 'unit/core/token/hostile-access-token.test.ts';
const TOKEN = 'integration/oauth/token-endpoint.test.ts';
const PROMISES = 'integration/services/service-promises.ts';
const REUSE = 'integration/sessions/reuse.test.ts';

export const TOKENS: readonly Requirement[] = [
  proven(
    '9.1.1',
    1,
    'The signature is checked before anything is believed',
    [FORGED, 'every single bit of the signature matters'],
    [FORGED, 'claim %s changed under the old signature is never looked at (A4, A20, A23, B1)'],
    [
      'unit/core/token/wycheproof-jws.test.ts',
      'of 401 signatures exactly the two valid ones by a key that we would publish are accepted',
    ],
  ),
  proven(
    '9.1.2',
    1,
    'Listed algorithms alone, never none, and no public key is a secret',
    [FORGED, 'algorithm none (A8, B2)'],
    [FORGED, 'key confusion: our public key as an HMAC secret (A9, B7, B8)'],
    [FORGED, 'a foreign key of any algorithm (A26)'],
  ),
  proven(
    '9.1.3',
    1,
    'Keys come from one place, and none is brought along',
    [FORGED, 'a key brought along'],
    [
      'unit/verifier/remote-jwk-set.test.ts',
      'is fetched from the address given, without following redirects and past every cache',
    ],
    [PROMISES, 'asks for a list once in 2 s, for the key set once in 10 s of unknown keys, and for nothing per token'],
  ),
  proven(
    '9.2.1',
    1,
    'exp, nbf and iat are checked',
    [HOSTILE, 'times (C5, C6)'],
    [FORGED, 'a genuine token after its time (A27)'],
  ),
  proven(
    '9.2.2',
    2,
    'A token of one kind is none of another',
    [HOSTILE, 'typ (C1, C2)'],
    ['unit/core/token/cross-type.test.ts', 'where %s is expected, %s is judged by what it is'],
    ['unit/core/token/sealed-token.test.ts', 'for one purpose opens for no other'],
  ),
  proven('9.2.3', 2, 'The audience is checked', [HOSTILE, 'iss and aud (C3, C4)']),
  proven(
    '9.2.4',
    2,
    'Each service has an audience of its own',
    [TOKEN, 'of another service opens nothing here'],
    [TOKEN, 'cannot be widened by a refresh, and the attempt rotates nothing'],
  ),
];

export const OAUTH: readonly Requirement[] = [
  proven(
    '10.1.1',
    2,
    'Tokens reach only who needs them',
    [
      'integration/routes/every-route.test.ts',
      'are in cookies that no script can read, and in the body of no page and no answer',
    ],
    [
      'integration/middleware/internal-origin.test.ts',
      'goes to INTERNAL_ORIGIN, for three public facts and nothing else',
    ],
  ),
  proven(
    '10.3.1',
    2,
    'A service takes tokens for itself alone',
    [PROMISES, 'takes our tokens, refuses what is not one, and refuses a session within 5 s of its end'],
    [HOSTILE, 'a token for another audience is accepted there and not here'],
  ),
  proven('10.3.3', 2, 'A person is known by iss and sub, which no other person gets', [
    'integration/account/change-email.test.ts',
    'keeps the id of whoever has the account, and gives another to who has the address afterwards',
  ]),
  partly('10.3.4', 2, 'A service asks for how and when somebody signed in', [
    PROMISES,
    'has whoever has an old proof sign in again before a transfer (RFC 9470), and takes the new one',
  ]),
  partly('10.4.4', 1, 'There are no more grants than are needed, and none by password', [
    TOKEN,
    'has no password grant (RFC 9700 §2.4), and says what to do instead',
  ]),
  proven(
    '10.4.5',
    1,
    'Refresh tokens rotate, and one that comes back ends the session',
    [REUSE, 'ends the session for both sides when it is replayed after the window: 401, one audit event, one mail'],
    [REUSE, 'is reuse inside the window too when it is older than the parent'],
    [TOKEN, 'takes a replaced token outside the grace window for a copy: the session ends, its owner gets a mail'],
  ),
  proven(
    '10.4.8',
    2,
    'A refresh token ends at last, however it rotates',
    ['unit/core/session/rotation.test.ts', 'is over at %s exactly, and alive just before'],
    ['integration/sessions/rotation-sql.test.ts', 'agree on '],
  ),
  proven(
    '10.4.9',
    2,
    'People end the sessions of programs',
    ['e2e/sessions.spec.ts', 'a program is listed as an API session, and its token dies when it is ended'],
    [TOKEN, 'shows the session to its owner as one of an API, and lets it be ended there'],
  ),
  partly('10.4.10', 2, 'Who asks about tokens proves who it is', [
    'integration/oauth/revoke-and-introspect.test.ts',
    'refuses whoever cannot name an id and its secret, in one way',
  ]),
];
