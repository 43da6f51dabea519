import { partly, proven, type Requirement } from '../requirement';

const EVERY = 'integration/routes/every-route.test.ts';
const INPUT = 'integration/routes/bad-input.test.ts';

export const API: readonly Requirement[] = [
  proven(
    '4.1.1',
    1,
    'Every body has the type that it is said to have; that of a redirect to the login page is the address once more and has none',
    [EVERY, 'with a body says what it is, and is that'],
    [
      'integration/routes/headers.test.ts',
      'HTML has a policy, nothing is kept for a year, and an error not at all: $path $options',
    ],
  ),
  proven('4.1.2', 2, 'No endpoint for programs leads from http to https', [
    'integration/middleware/behind-tls.test.ts',
    'leads no program from http to https: what is asked in clear is refused or answered, and says nothing secret',
  ]),
  proven(
    '4.1.3',
    2,
    'Headers of proxies cannot be made up',
    ['integration/middleware/way-around.test.ts', 'with %s, a guest'],
    ['integration/sessions/network-binding.test.ts', 'only the address that the trusted proxy wrote counts'],
    ['unit/core/http/network-address.test.ts', 'the address of the client'],
  ),
  proven(
    '4.1.4',
    3,
    'A method that an endpoint lacks is refused',
    [INPUT, 'answers every other method with 405, Allow and a problem'],
    [INPUT, 'answers a method that nobody knows with a refusal'],
  ),
  proven(
    '4.2.5',
    3,
    'No address or header is made too long',
    ['unit/core/http/safe-redirect.test.ts', 'up to 2,048 characters as they will be sent, escapes and all'],
    ['integration/routes/headers.test.ts', 'carries no path that is too long for a header'],
    [
      'integration/sessions/drafts.test.ts',
      'nothing is kept for nobody: without a cookie of ours, with a forged one, or with very much text',
    ],
  ),
];

export const FILES: readonly Requirement[] = [
  partly(
    '5.2.1',
    1,
    'No body is longer than can be worked with',
    ['integration/middleware/body-limit.test.ts', 'to %s is a 413, whether it says its length or not'],
    [INPUT, 'refuses %s'],
  ),
  partly(
    '5.3.2',
    1,
    'No path of a file is made of input',
    [
      'architecture/dangerous-code.test.ts',
      'files are read and written by these modules, none of which takes a path from a request',
    ],
    ['unit/core/token/forged-access-token.test.ts', '%j names no key'],
  ),
];
