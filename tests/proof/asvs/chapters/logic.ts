import { proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const INPUT = 'integration/routes/bad-input.test.ts';
const LIMITER = 'integration/rate-limit/limiter.test.ts';

export const LOGIC: readonly Requirement[] = [
  proven(
    '2.1.1',
    1,
    'The documents say what each input may hold',
    [RULES, 'is said of every field of every body and query, and of no other'],
    [RULES, 'is said with the numbers that the schemas have'],
  ),
  proven('2.1.2', 2, 'They say what fields have to say together', [RULES, 'is tested: $rule']),
  proven(
    '2.1.3',
    2,
    'They say how often what may be done, by one and by all',
    [RULES, 'is said of every limit, with its numbers'],
    [RULES, 'and of every other number that bounds what somebody may have'],
  ),
  proven(
    '2.2.1',
    1,
    'Input is checked against what is expected',
    [INPUT, 'refuses %s'],
    [INPUT, 'is not impressed by large, strange or doubled headers and queries'],
  ),
  proven(
    '2.2.2',
    1,
    'It is checked on the server',
    [INPUT, 'refuses %s'],
    ['integration/sign-up/sign-up.test.ts', 'is told why a password is refused, and keeps nothing'],
  ),
  proven(
    '2.2.3',
    2,
    'Fields that belong together are checked together',
    ['integration/account/change-password.test.ts', 'names what is wrong with the fields before it compares anything'],
    [
      'integration/sessions/credentials.test.ts',
      'ends nobody else’s session when the secret in the token is not this session’s',
    ],
    ['integration/security/totp.test.ts', 'is one of eight at once, and both kinds in one body are refused'],
  ),
  proven(
    '2.3.1',
    1,
    'No step of a flow is left out or taken out of its order',
    ['integration/sign-up/sign-up.test.ts', 'needs the browser that began it'],
    [
      'integration/sign-in/second-factor.test.ts',
      'opens nothing before the code, then begins a session of both, and is cheap',
    ],
    [
      'integration/account/change-email.test.ts',
      'is refused with another code, in another session, by another person and after the code was used',
    ],
    [
      'integration/sign-in/passkey.test.ts',
      'belongs to the ceremony that asked: not to one of another purpose, to one that is over, or to none of ours',
    ],
  ),
  proven(
    '2.3.2',
    2,
    'The documented limits hold',
    [LIMITER, 'pass exactly five times when two hundred come at once'],
    [LIMITER, 'pass exactly a hundred times when five hundred come at once'],
    ['integration/sessions/credentials.test.ts', 'for the hundred and first time ends the oldest session and no other'],
    ['integration/security/passkeys.test.ts', 'stops at twenty-five for one person, and not for another'],
    [
      'integration/account/export.test.ts',
      'is given out three times a day, and not by the fourth request of sixteen at once',
    ],
  ),
  proven(
    '2.3.3',
    2,
    'What is done is done whole or not at all',
    [
      'integration/drills/crash.test.ts',
      'leaves every session either working or never confirmed, and nothing half-done',
    ],
    [
      'integration/sessions/beginning.test.ts',
      'that does not begin ends none: neither the one that was brought nor one beyond the cap',
    ],
    ['integration/admin/administration.test.ts', 'changes nothing when the sessions cannot be ended'],
    ['integration/account/leaving.test.ts', 'with its events or not at all'],
  ),
  proven(
    '2.3.4',
    2,
    'What is good once is used once, also at the same moment',
    ['integration/account/at-once.test.ts', '16 at once, '],
    [
      'integration/recovery/reset-password.test.ts',
      '16 uses of one link: one success, and the password of whoever had it',
    ],
    ['integration/sessions/refresh-race.test.ts', 'fifty refreshes at once with one token'],
    ['integration/sign-in/factors-at-once.test.ts', '16 at once, on two servers of one database'],
  ),
  proven(
    '2.4.1',
    2,
    'What is dear or can be abused is limited',
    [LIMITER, 'are let through a hundred times in 15 minutes, then wait for the rest of them'],
    ['integration/sign-in/equal-work.test.ts', 'that is blocked by the limit costs no hash at all'],
    [
      'integration/recovery/forgot-password.test.ts',
      'is stopped by the limit of the network, which says when to come back',
    ],
    ['integration/database/statements.test.ts', 'forged, damaged and foreign refresh tokens cause none'],
  ),
];
