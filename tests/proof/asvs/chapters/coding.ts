import { partly, proven, type Requirement, unproven } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const EVERY = 'integration/routes/every-route.test.ts';
const OWN = 'integration/maintenance/own-database.test.ts';
const LOCK = 'architecture/supply-chain.test.ts';
const IMAGE = 'integration/maintenance/image.test.ts';
const LIMITER = 'integration/rate-limit/limiter.test.ts';

export const CODING: readonly Requirement[] = [
  proven(
    '15.1.1',
    1,
    'The documents say how soon a weakness of a package is mended',
    [RULES, 'updates: what is said of them is what renovate.json and CI do'],
    [LOCK, 'lets a release grow a week old, and a repair of security none'],
  ),
  proven(
    '15.1.2',
    2,
    'There is a list of all packages',
    [IMAGE, 'names all packages in it, those that were bundled too, each with digest and an allowed licence'],
    [LOCK, 'has the digest of every package, of other systems too: npm would take whatever comes under the name'],
  ),
  proven('15.1.3', 2, 'The documents say what is dear, and what bounds it', [
    RULES,
    'what is dear names limits that there are',
  ]),
  unproven(
    '15.2.1',
    1,
    'No package is past the time in which it is to be mended',
    'What is known of a package changes without a change of ours, so no test of this repository can say it: CI asks `npm audit` at each change, and Renovate proposes repairs at once (`renovate.json`).',
  ),
  proven(
    '15.2.2',
    2,
    'Nobody can use up what all need',
    [
      'integration/sign-in/login-flood.test.ts',
      'leaves owners on known devices alone, tells new browsers to come back, and is counted nowhere',
    ],
    [
      'integration/middleware/body-limit.test.ts',
      'forty unfinished POSTs of 9 MB without a cookie cost less than 80 MB',
    ],
    ['unit/verifier/fair-places.test.ts', '256 places'],
  ),
  proven(
    '15.2.3',
    2,
    'Production holds nothing for tests',
    [IMAGE, 'holds neither the settings of whoever built it nor a library that nothing uses'],
    [
      'architecture/dependencies.test.ts',
      'that a built server or one of its commands loads are no development dependencies',
    ],
    [OWN, 'a server on a database of its own knows no demo accounts and no mailbox, and none are made there'],
  ),
  proven(
    '15.2.4',
    3,
    'No package can take the place of another',
    [LOCK, 'has the digest of every package, of other systems too: npm would take whatever comes under the name'],
    [LOCK, 'has no package that runs a program when it is installed, but those that package.json allows'],
  ),
  proven(
    '15.3.1',
    1,
    'An answer has the fields that are needed, and no hash',
    [EVERY, 'says of a person these fields, and no others'],
    ['integration/account/export.test.ts', 'holds no hash, key, token or code, under whatever name'],
  ),
  proven(
    '15.3.2',
    2,
    'No fetch of the server follows a redirect',
    ['architecture/dangerous-code.test.ts', 'follows no redirect, and is one of these'],
    [
      'integration/services/service-promises.ts',
      'follows no redirect: what stands in front of the issuer cannot send it elsewhere',
    ],
  ),
  proven(
    '15.3.3',
    2,
    'No field is set that was not asked for',
    ['integration/routes/bad-input.test.ts', 'is read without the rest: __proto__ and unknown members change nothing'],
    [
      'integration/middleware/guards-alone.test.ts',
      'rename the person who asks, and change nothing else of them, whatever the form names',
    ],
  ),
  proven(
    '15.3.4',
    2,
    'The address of a visitor is what trusted proxies say',
    ['unit/core/http/network-address.test.ts', 'the address of the client'],
    ['integration/sessions/network-binding.test.ts', 'only the address that the trusted proxy wrote counts'],
  ),
  proven(
    '15.3.5',
    2,
    'Types are checked, and compared strictly',
    ['architecture/dangerous-code.test.ts', 'texts and numbers are compared without being converted'],
    ['integration/routes/bad-input.test.ts', 'refuses %s'],
    ['architecture/source-rules.test.ts', 'nothing has the type any'],
  ),
  proven(
    '15.3.6',
    2,
    'No object is changed by its prototype',
    ['unit/core/json.test.ts', 'members named like the prototype stay own members and change no other object'],
    ['integration/routes/bad-input.test.ts', 'is read without the rest: __proto__ and unknown members change nothing'],
  ),
  proven(
    '15.3.7',
    2,
    'A parameter that comes twice means one thing',
    ['integration/sessions/credentials.test.ts', 'count as none: %s'],
    ['integration/routes/bearer.test.ts', 'that is bad is refused at %s even beside good cookies'],
    ['integration/admin/administration.test.ts', 'comes page by page, each person once, also in a search'],
  ),
  proven(
    '15.4.1',
    3,
    'What is shared is right, whoever uses it at once',
    [LIMITER, 'pass exactly a hundred times when five hundred come at once'],
    ['unit/verifier/remote-jwk-set.test.ts', 'is fetched once by a hundred first requests at the same time'],
  ),
  proven(
    '15.4.2',
    3,
    'Checking and doing are one',
    ['integration/sessions/rotation-sql.test.ts', 'lets one of many racing statements rotate'],
    ['integration/sessions/overtaken.test.ts', 'does not begin after the change, even when it waited for it'],
    ['integration/account/at-once.test.ts', '16 at once, '],
  ),
  partly(
    '15.4.3',
    3,
    'Locks are taken in one order',
    [LIMITER, 'do not lock each other out when they are counted in opposite orders at once'],
    ['integration/account/at-once.test.ts', '16 at once, '],
  ),
  partly('15.4.4', 3, 'Who floods one thing starves no other', [
    'integration/sign-in/login-flood.test.ts',
    'leaves owners on known devices alone, tells new browsers to come back, and is counted nowhere',
  ]),
];
