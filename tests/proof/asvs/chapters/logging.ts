import { proven, type Requirement } from '../requirement';

const RULES = 'architecture/rules.test.ts';
const LOGGER = 'unit/server/observability/logger.test.ts';
const TRACE = 'integration/audit/trace.test.ts';
const OUTAGE = 'integration/drills/database-outage.test.ts';

export const LOGGING: readonly Requirement[] = [
  proven(
    '16.1.1',
    2,
    'The documents list what is logged, where and for how long',
    [RULES, 'names every event of the log with its level'],
    [RULES, 'names every event of the audit log'],
  ),
  proven(
    '16.2.1',
    2,
    'A line says when, where, who and what',
    [LOGGER, 'is one JSON object with level, time and event in front of the fields'],
    ['integration/account/activity.test.ts', 'says of each event what, when, by which device, from where and by whom'],
    ['integration/admin/audit.test.ts', 'tells an event with whom it is about, who did it, and by what'],
  ),
  proven(
    '16.2.2',
    2,
    'Times are in UTC',
    [LOGGER, 'is one JSON object with level, time and event in front of the fields'],
    ['integration/audit/audit-log.test.ts', 'an event is kept with the time of the database'],
  ),
  proven(
    '16.2.3',
    2,
    'The log goes where the documents say, and nowhere else',
    [
      'architecture/source-rules.test.ts',
      'nothing is written to the console but by the programs of lib/server/cli, and by the edge, which has no other log',
    ],
    [LOGGER, 'writes a line with its end to stdout'],
  ),
  proven(
    '16.2.4',
    2,
    'Lines can be read by programs',
    [LOGGER, 'is one JSON object with level, time and event in front of the fields'],
    [LOGGER, 'stays one line whatever line breaks and control characters a value brings'],
  ),
  proven(
    '16.2.5',
    2,
    'No credential is logged',
    [
      'integration/observability/canary.test.ts',
      'is in anything that the server prints, and neither is an address or a name',
    ],
    [LOGGER, 'a secret (%s) under an innocent name, at any depth'],
  ),
  proven(
    '16.3.1',
    2,
    'Every sign-in is logged, also one that fails',
    [TRACE, 'of the account: a wrong password, and that somebody has to wait'],
    [TRACE, 'every type of event has a writer'],
    [TRACE, 'of the session that a sign-in of the same browser replaced'],
  ),
  proven(
    '16.3.2',
    2,
    'Who may not do something leaves a trace',
    [
      'integration/admin/administration.test.ts',
      'leaves a line that says who, in which session, where and what, also at a page',
    ],
    [
      'unit/server/observability/refusals.test.ts',
      'what somebody may not do is a line at once, with who, where and what',
    ],
  ),
  proven(
    '16.3.3',
    2,
    'Attempts to get around something leave a trace',
    ['unit/server/observability/refusals.test.ts', 'are one line a minute, with counts by code'],
    [
      'integration/observability/canary.test.ts',
      'is in anything that the server prints, and neither is an address or a name',
    ],
    [
      'integration/sessions/reuse.test.ts',
      'ends the session for both sides when it is replayed after the window: 401, one audit event, one mail',
    ],
  ),
  proven(
    '16.3.4',
    2,
    'Our own failures are logged',
    [
      'integration/observability/canary.test.ts',
      'is in anything that the server prints, and neither is an address or a name',
    ],
    [LOGGER, 'tells name, code, frames and causes of an error'],
    [
      'integration/maintenance/health.test.ts',
      'the log heard when a part went away and when it came back, in turns, and nothing of each request',
    ],
  ),
  proven(
    '16.4.1',
    2,
    'No text makes a line of its own',
    [LOGGER, 'stays one line whatever line breaks and control characters a value brings'],
    ['integration/audit/audit-log.test.ts', 'what a client says of itself is cut and cannot break the record'],
  ),
  proven(
    '16.5.1',
    2,
    'An error says nothing of the inside',
    [
      'integration/routes/every-route.test.ts',
      'no answer names what it runs on, or a place in it, also where a table is gone',
    ],
    ['integration/database/trouble.test.ts', '%s, everybody gets a 503 with Retry-After and stays signed in'],
  ),
  proven(
    '16.5.2',
    2,
    'It goes on as well as it can while something is away',
    [OUTAGE, 'nobody is signed out: 503 with Retry-After, cookies kept, and all works again afterwards'],
    [
      'integration/revocation/database-away.test.ts',
      'this process judges tokens by what it knew, publishes nothing of it, and stops after 30 s',
    ],
    [
      'integration/recovery/by-smtp.test.ts',
      'a mail server that refuses or is slow holds up no answer, and the mail comes when it is ready',
    ],
  ),
  proven(
    '16.5.3',
    2,
    'What nobody can tell is refused',
    [
      'integration/revocation/database-away.test.ts',
      'this process judges tokens by what it knew, publishes nothing of it, and stops after 30 s',
    ],
    ['unit/verifier/bearer-guard.test.ts', 'when nobody can tell: 503 with Retry-After, never 401'],
    [
      'integration/drills/status-list-outage.test.ts',
      'keys that the edge cannot have are its own trouble: 503, and the cookies of the refresh that did happen',
    ],
  ),
  proven(
    '16.5.4',
    3,
    'What nobody caught is caught at last',
    [
      'integration/observability/canary.test.ts',
      'is in anything that the server prints, and neither is an address or a name',
    ],
    ['integration/database/trouble.test.ts', 'is a 503 too when its data cannot be read'],
    [
      'e2e/outage.spec.ts',
      'a page that cannot be made says so in our own words, signs nobody out, and comes back by "Try again"',
    ],
  ),
];
