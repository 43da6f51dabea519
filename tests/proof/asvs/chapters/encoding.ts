import { proven, type Requirement } from '../requirement';

const PATTERNS = 'architecture/patterns.test.ts';
const CODE = 'architecture/dangerous-code.test.ts';
const PAGES = 'integration/routes/hostile-text.test.ts';
const INPUT = 'integration/routes/bad-input.test.ts';
const HOSTILE = 'unit/core/token/hostile-access-token.test.ts';
const REDIRECT = 'unit/core/http/safe-redirect.test.ts';
const JSON_TEXT = 'unit/core/json.test.ts';

export const ENCODING: readonly Requirement[] = [
  proven(
    '1.1.1',
    2,
    'Input is decoded once, into one form, before it is judged',
    [
      'integration/sessions/credentials.test.ts',
      'of which a parser would undo the escapes is none: a token has one spelling',
    ],
    ['unit/core/email.test.ts', 'which is its own normal form, for every character that may stand in it'],
    [REDIRECT, 'whatever is kept stays on our origin, is stable, and leads nobody back to a login'],
  ),
  proven(
    '1.1.2',
    2,
    'Text is escaped last, where it is written out',
    [PAGES, 'is kept as it was typed, and is text on every page of its owner and of admins'],
    [CODE, 'React writes every text: nothing is put into a page as HTML'],
  ),
  proven(
    '1.2.1',
    1,
    'Text is escaped for the place where it stands: HTML, attribute, header, mail',
    [PAGES, 'is kept as it was typed, and is text on every page of its owner and of admins'],
    [
      'unit/server/mail/messages.test.ts',
      'lets a device name bring neither markup, nor lines, nor hidden characters, nor length',
    ],
  ),
  proven(
    '1.2.2',
    1,
    'Addresses that are built of input are encoded, and lead by safe schemes only',
    [REDIRECT, '%j leads home'],
    [REDIRECT, 'cannot be broken out of'],
    ['e2e/sign-in.spec.ts', 'a sign-in leads nowhere but to our own pages, whatever the address says'],
  ),
  proven('1.2.3', 1, 'Text inside of scripts and JSON is escaped', [
    PAGES,
    'ends no script in which the page carries it',
  ]),
  proven(
    '1.2.4',
    1,
    'Queries are parameterised',
    [CODE, 'a statement that is no template is a constant'],
    [INPUT, 'a session %s is not there to be ended'],
  ),
  proven(
    '1.2.5',
    1,
    'No command of the operating system is made of input',
    [CODE, 'no program of the operating system is started, and no template language is loaded'],
    ['unit/core/token/forged-access-token.test.ts', '%j names no key'],
  ),
  proven(
    '1.2.9',
    2,
    'Text that stands in a pattern is escaped',
    [CODE, 'a pattern that is no literal is made of constants, or of routes that the build knows'],
    ['unit/server/passwords/new-password.test.ts', 'characters with a meaning to patterns have none here'],
  ),
  proven(
    '1.3.2',
    1,
    'No code is made while running',
    [CODE, 'no code is made while running: no eval, no Function, no timer of a text, no module vm'],
    [
      'unit/core/http/content-security-policy.test.ts',
      'nothing unsafe is allowed anywhere, no wildcard and no foreign host',
    ],
  ),
  proven(
    '1.3.3',
    2,
    'What goes to a dangerous place is cut and cleaned before',
    ['integration/audit/audit-log.test.ts', 'what a client says of itself is cut and cannot break the record'],
    [
      'unit/server/observability/logger.test.ts',
      'stays one line whatever line breaks and control characters a value brings',
    ],
    [HOSTILE, '4,096 bytes are read, one more is not'],
  ),
  proven(
    '1.3.6',
    2,
    'The server calls listed places only (SSRF)',
    ['unit/core/token/forged-access-token.test.ts', 'a key brought along'],
    [
      'integration/middleware/internal-origin.test.ts',
      'a client that spoofs %s is refreshed all the same, and nobody else hears of it',
    ],
    [CODE, 'follows no redirect, and is one of these'],
  ),
  proven('1.3.10', 2, 'No text of input is taken for a format', [
    CODE,
    'a line of the log begins with a constant: no text is taken for its form',
  ]),
  proven(
    '1.3.11',
    2,
    'No header of a mail is made by input',
    [PAGES, 'with lines in it is no address, and causes no mail'],
    ['unit/core/mail-sender.test.ts', '%j is not'],
  ),
  proven(
    '1.3.12',
    3,
    'No pattern takes long, and its text is bounded',
    [PATTERNS, 'no pattern takes long, whatever text of its own characters it is asked about'],
    ['unit/server/passwords/new-password.test.ts', 'a text of a megabyte is answered at once'],
  ),
  proven(
    '1.4.2',
    2,
    'Numbers are checked for range, sign and overflow',
    [HOSTILE, 'times (C5, C6)'],
    [INPUT, '/status-lists/%s is no list'],
    ['unit/verifier/bearer-guard.test.ts', '%d is no age'],
  ),
  proven(
    '1.5.2',
    2,
    'Data is read into listed shapes only',
    [INPUT, 'is read without the rest: __proto__ and unknown members change nothing'],
    [INPUT, 'refuses %s'],
    [JSON_TEXT, 'members named like the prototype stay own members and change no other object'],
  ),
  proven(
    '1.5.3',
    3,
    'All parsers read the same bytes alike',
    [JSON_TEXT, 'is found wherever it hides in random objects, and only there'],
    [HOSTILE, 'JSON (C8, C24)'],
    [
      'integration/services/service-promises.ts',
      'takes our tokens, refuses what is not one, and refuses a session within 5 s of its end',
    ],
  ),
];
