import { partly, proven, type Requirement, unproven } from '../requirement';

const HEADERS = 'integration/routes/headers.test.ts';
const COOKIES = 'unit/core/http/cookies.test.ts';
const CSRF = 'integration/routes/csrf.test.ts';
const EVERY = 'integration/routes/every-route.test.ts';
const CODE = 'architecture/dangerous-code.test.ts';
const DOCUMENTS = 'e2e/documents.spec.ts';
const TLS = 'integration/middleware/behind-tls.test.ts';

export const FRONTEND: readonly Requirement[] = [
  proven(
    '3.2.1',
    1,
    'No answer is shown as something that it is not',
    [HEADERS, 'of %s'],
    [HEADERS, 'HTML has a policy, nothing is kept for a year, and an error not at all: $path $options'],
  ),
  proven(
    '3.2.2',
    1,
    'Text is shown as text',
    [CODE, 'React writes every text: nothing is put into a page as HTML'],
    [
      'integration/routes/hostile-text.test.ts',
      'is kept as it was typed, and is text on every page of its owner and of admins',
    ],
  ),
  proven(
    '3.3.1',
    1,
    'Cookies are Secure, with the prefix of their host',
    [COOKIES, 'bear the __Host- prefix with https'],
    [TLS, 'a page is refreshed in one hop, with cookies that only this host over TLS gets'],
  ),
  proven(
    '3.3.2',
    2,
    'SameSite is set with a purpose: Lax, so that links in mails find people signed in, and no change relies on it',
    [COOKIES, 'come with one set of attributes, as the prefix demands'],
    [CSRF, 'is refused from everywhere else with 403 origin_refused, with and without cookies, as JSON and as a form'],
  ),
  proven(
    '3.3.3',
    2,
    'Cookies have the prefix __Host-',
    [COOKIES, 'bear the __Host- prefix with https'],
    [TLS, 'a page is refreshed in one hop, with cookies that only this host over TLS gets'],
  ),
  proven(
    '3.3.4',
    2,
    'No script reads a session cookie, and its value stands in Set-Cookie alone',
    [EVERY, 'are in cookies that no script can read, and in the body of no page and no answer'],
    ['e2e/dashboard.spec.ts', 'no answer of a signed-in browser holds the text of a token'],
  ),
  proven(
    '3.3.5',
    3,
    'A cookie has 4,096 bytes at most',
    [
      'integration/sessions/token-size.test.ts',
      'are small: an access token below 740 bytes, a refresh token below 120',
    ],
    [
      'integration/sessions/token-size.test.ts',
      'of a pending sign-up stay below 1,500 bytes with the longest fields that are accepted',
    ],
    ['unit/core/token/own-claims.test.ts', 'may take 200 bytes, and not one more, whatever the letters'],
    [
      'integration/sessions/drafts.test.ts',
      'nothing is kept for nobody: without a cookie of ours, with a forged one, or with very much text',
    ],
  ),
  unproven(
    '3.4.1',
    1,
    'HSTS of a year and more, for subdomains too',
    'Every answer says a year (`tests/integration/routes/headers.test.ts`), for its own host alone: what else stands below that host is not ours to know, and a browser that was told wrongly shuts it out for a year. Whoever knows adds `includeSubDomains` at the proxy.',
  ),
  proven(
    '3.4.2',
    1,
    'CORS is for listed origins, and never with cookies',
    ['unit/core/http/cors.test.ts', 'never bring cookies (%s)'],
    ['unit/core/http/cors.test.ts', 'that are listed, and no others, read what is shared with listed ones'],
    ['integration/routes/bearer.test.ts', 'that are listed may call %s, never with credentials'],
  ),
  proven(
    '3.4.3',
    2,
    'A policy of content, with a nonce for each page',
    [DOCUMENTS, 'every page of a guest carries its own nonce, on every script, once'],
    [DOCUMENTS, 'every page says in its headers what browsers may not do with it'],
    ['unit/core/http/content-security-policy.test.ts', 'scripts run by nonce only'],
  ),
  proven(
    '3.4.4',
    2,
    'nosniff on every answer',
    [HEADERS, 'of %s'],
    [HEADERS, 'of %s are not those of a page: it is the same for all'],
    [HEADERS, 'of scripts, styles and fonts forbid a frame, too, and another type than theirs'],
  ),
  proven(
    '3.4.5',
    2,
    'A Referrer-Policy that takes no address with a secret along',
    [HEADERS, 'of %s'],
    [DOCUMENTS, 'every page says in its headers what browsers may not do with it'],
  ),
  proven(
    '3.4.6',
    2,
    'frame-ancestors on every answer',
    [HEADERS, 'of %s'],
    [HEADERS, 'of %s are not those of a page: it is the same for all'],
    [HEADERS, 'of scripts, styles and fonts forbid a frame, too, and another type than theirs'],
  ),
  unproven(
    '3.4.7',
    3,
    'The policy names where violations are reported',
    'There is no such place: it would take what anybody sends, and most of what browsers report comes of their extensions. That our pages keep to the policy is tested instead, because every test in a browser fails when a page of it complains (`tests/e2e/fixtures.ts`).',
  ),
  proven(
    '3.4.8',
    3,
    'Documents are alone in their group of windows (COOP)',
    [HEADERS, 'of %s'],
    [DOCUMENTS, 'every page says in its headers what browsers may not do with it'],
  ),
  proven(
    '3.5.1',
    1,
    'Another site can cause no change',
    [CSRF, 'is refused from everywhere else with 403 origin_refused, with and without cookies, as JSON and as a form'],
    ['unit/core/http/origin-check.test.ts', 'every combination of headers on an unsafe method is judged by the rule'],
  ),
  proven(
    '3.5.2',
    1,
    'A simple request changes nothing where a preflight is relied on',
    [CSRF, 'is refused with our %s cookie, even a worthless one'],
    [CSRF, 'end what they say without an Origin, because a page would have to ask first'],
  ),
  proven(
    '3.5.3',
    1,
    'Safe methods change nothing',
    [EVERY, 'does nothing that GET would do: no row of any table changes, and what does something refuses it'],
    [CSRF, '%s from another site changes nothing but may refresh'],
    ['integration/maintenance/cron.test.ts', 'does not exist for a signed-in person either'],
  ),
  partly('3.5.5', 2, 'A message of another window is listened to nowhere', [
    CODE,
    'a message of another window is listened to nowhere but in the channel of our own tabs',
  ]),
  proven('3.5.6', 3, 'No JSONP', [EVERY, 'is the same whatever function it is asked to call']),
  proven('3.5.7', 3, 'No script file holds data of people', [
    EVERY,
    'has scripts that are the same for everybody, and say nothing of who asks',
  ]),
  proven('3.5.8', 3, 'What is somebody’s cannot be loaded into another site', [HEADERS, 'of %s']),
  partly(
    '3.6.1',
    3,
    'Scripts, styles and fonts are of this site',
    [CODE, 'no page holds a technique that browsers gave up, a frame, or a script, style or picture of another site'],
    [
      'e2e/calm-pages.spec.ts',
      'no page of a guest moves while it loads, even with late fonts, or asks another site for anything',
    ],
  ),
  proven('3.7.1', 2, 'No technique that browsers gave up', [
    CODE,
    'no page holds a technique that browsers gave up, a frame, or a script, style or picture of another site',
  ]),
  proven(
    '3.7.2',
    2,
    'Nobody is led to another site',
    ['unit/core/http/safe-redirect.test.ts', '%j leads home'],
    [
      'integration/middleware/internal-origin.test.ts',
      'a redirect to the sign-in page leads to APP_ORIGIN, whatever the client claims to have asked',
    ],
    ['integration/sessions/list.test.ts', 'by a form leads to where somebody wanted to go, and never to another site'],
  ),
  partly(
    '3.7.5',
    3,
    'A browser that does not say where a request comes from is judged by what it brings',
    [CSRF, 'passes as JSON without a cookie of ours: a program'],
    [CSRF, 'is refused with our %s cookie, even a worthless one'],
  ),
];
