import { proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const EVERY = 'integration/routes/every-route.test.ts';
const HEADERS = 'integration/routes/headers.test.ts';

export const DATA: readonly Requirement[] = [
  proven(
    '14.1.1',
    2,
    'The documents say which data is sensitive, tokens included',
    [RULES, 'what is protected how: columns and claims that there are, each column that opens something among them'],
    [
      'architecture/privacy.test.ts',
      'docs/privacy.md tells of every table and every column of the schema, and of no other',
    ],
    ['integration/sessions/token-size.test.ts', 'hold no more claims than the contract names'],
  ),
  proven(
    '14.1.2',
    2,
    'They say how each kind is protected and how long it is kept',
    [RULES, 'what is protected how: columns and claims that there are, each column that opens something among them'],
    ['architecture/privacy.test.ts', 'it says how long rows of %s are kept, as the policy has it'],
  ),
  proven(
    '14.2.1',
    1,
    'No secret stands in an address but that of a mailed link, which leaves it at once',
    [
      'e2e/forgot-password.spec.ts',
      'who forgot their password asks for a link, chooses a new one and signs in with it',
    ],
    [
      'integration/routes/bad-input.test.ts',
      'sends a form with bad fields back to its page, with codes and nothing that was typed',
    ],
    [
      'integration/sign-in/second-step-page.test.ts',
      'and after a refusal with scripts off for the same again, in whose address nothing typed stands',
    ],
  ),
  proven(
    '14.2.2',
    2,
    'No cache keeps what is somebody’s',
    [HEADERS, 'of %s'],
    ['e2e/documents.spec.ts', 'every page behind the door is private, never stored, and carries its own nonce'],
  ),
  proven(
    '14.2.3',
    2,
    'Nothing goes to third parties',
    [
      'e2e/calm-pages.spec.ts',
      'no page of a guest moves while it loads, even with late fonts, or asks another site for anything',
    ],
    ['e2e/calm-pages.spec.ts', 'nor does one of a member'],
  ),
  proven('14.2.5', 3, 'An address that only looks like a file brings nothing to keep', [
    EVERY,
    'at an address that looks like a file is private or not there',
  ]),
  proven('14.2.6', 3, 'An answer has the fields that are needed', [
    EVERY,
    'says of a person these fields, and no others',
  ]),
  proven(
    '14.2.7',
    3,
    'What is old is deleted',
    ['integration/maintenance/cleaning.test.ts', 'deletes one of every kind once its time is over'],
    ['integration/maintenance/cleaning.test.ts', 'leaves alone what is still good, and keys without an end'],
    [
      'integration/account/leaving.test.ts',
      'with every row that is theirs; what happened stays, without address, browser and details',
    ],
  ),
  proven(
    '14.3.1',
    1,
    'After sign-out nothing is left in the browser',
    ['e2e/sign-out.spec.ts', 'signing out leads to the login, says so, and takes the cookies away'],
    ['e2e/sign-out.spec.ts', 'Back shows nothing protected after signing out'],
    ['e2e/sign-out.spec.ts', 'the other tabs of the browser leave too, without being touched'],
  ),
  proven(
    '14.3.2',
    2,
    'no-store on what is somebody’s',
    [HEADERS, 'of %s'],
    ['e2e/documents.spec.ts', 'every page behind the door is private, never stored, and carries its own nonce'],
  ),
  proven('14.3.3', 2, 'No sensitive data in the storage of a browser', [
    'architecture/dangerous-code.test.ts',
    'a browser keeps nothing of ours but what was typed into a form that is under way',
  ]),
];
