import { partly, proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const EVERY = 'integration/routes/every-route.test.ts';
const OWN = 'integration/maintenance/own-database.test.ts';

export const CONFIGURATION: readonly Requirement[] = [
  proven(
    '13.1.1',
    2,
    'The documents say whom the server calls',
    [RULES, 'who is called: every package that opens a connection, and no other'],
    ['architecture/dangerous-code.test.ts', 'follows no redirect, and is one of these'],
  ),
  partly(
    '13.1.3',
    3,
    'Every wait has an end, and then an answer',
    [
      'integration/drills/database-outage.test.ts',
      'a network that swallows packets is noticed too, and all works again afterwards',
    ],
    [
      'integration/passwords/hash-pool.test.ts',
      'gives a thread up that answers nothing for ten seconds, and makes a new one',
    ],
    [
      'unit/middleware/middleware.test.ts',
      'of the self-call: 503 with Retry-After after three seconds, cookies kept, and a retry shows the page',
    ],
  ),
  proven('13.1.4', 3, 'They list the secrets, and when each is replaced', [
    RULES,
    'are every setting that opens something',
  ]),
  proven(
    '13.2.3',
    2,
    'No credential comes with the software',
    [RULES, 'have no value that comes with the software, and the example by itself is refused'],
    [OWN, 'a server on a database of its own knows no demo accounts and no mailbox, and none are made there'],
  ),
  proven(
    '13.3.1',
    2,
    'No secret is in the code or in a build',
    ['architecture/edge-bundle.test.ts', 'was built with no value of ours in it'],
    [
      'unit/scripts/dockerfile.test.ts',
      'lets no secret into a layer: settings stay outside, and the key of actions is mounted',
    ],
    [
      'unit/core/keys/signing-key.test.ts',
      'no private or unknown member is ever published, whatever the stored key holds',
    ],
  ),
  partly(
    '13.3.2',
    2,
    'The edge holds no secret',
    ['architecture/edge-bundle.test.ts', 'names no setting but public ones'],
    ['architecture/source-rules.test.ts', 'gives middleware public facts only'],
  ),
  partly(
    '13.3.4',
    3,
    'Secrets are replaced without an outage',
    [
      'integration/keys/secret-rotation.test.ts',
      'AUTH_SECRET rotates: nobody is signed out, status says when the old entry may go, and then it goes',
    ],
    ['integration/keys/rotation.test.ts', 'waits for the day, and for the next key'],
  ),
  proven('13.4.1', 1, 'No file of a repository is served', [
    EVERY,
    'no file of sources, settings or the repository is served, and no folder is listed',
  ]),
  proven(
    '13.4.2',
    2,
    'Nothing for developers is on in production',
    [EVERY, 'no answer names what it runs on, or a place in it, also where a table is gone'],
    [OWN, 'a server on a database of its own knows no demo accounts and no mailbox, and none are made there'],
    [
      'unit/core/http/content-security-policy.test.ts',
      'nothing unsafe is allowed anywhere, no wildcard and no foreign host',
    ],
  ),
  proven('13.4.3', 2, 'No folder is listed', [
    EVERY,
    'no file of sources, settings or the repository is served, and no folder is listed',
  ]),
  proven('13.4.4', 2, 'TRACE is not answered', [EVERY, 'TRACE sends nothing back of what it was sent']),
  proven(
    '13.4.5',
    2,
    'Figures and documents for operators are not on the site',
    [
      'integration/telemetry/telemetry.test.ts',
      'are found by Prometheus on a port of their own, on this machine alone, under the names of the dashboard',
    ],
    ['integration/maintenance/cron.test.ts', 'does not exist for anybody while CRON_SECRET is not set'],
  ),
  proven('13.4.6', 3, 'No version is told', [
    EVERY,
    'no answer names what it runs on, or a place in it, also where a table is gone',
  ]),
  partly('13.4.7', 3, 'Only files that are meant for browsers are served', [
    EVERY,
    'no file of sources, settings or the repository is served, and no folder is listed',
  ]),
];
