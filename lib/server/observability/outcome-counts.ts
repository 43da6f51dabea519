import 'server-only';
import { log } from './logger';
import type { AttributesOf } from './metric-list';
import { count } from './telemetry';

/** What becomes of attempts: what an operator watches to see guessing, spraying and floods. */
export type Outcome =
  | `signIn${'Right' | 'Wrong' | 'Blocked' | 'Overloaded'}`
  | `signUp${'Begun' | 'Silent' | 'Resent' | 'Blocked' | 'Overloaded'}`
  | `typed${'Right' | 'Wrong' | 'Blocked'}`
  | `reset${'Asked' | 'Silent' | 'Blocked'}`
  | `stepUp${'Right' | 'Wrong'}`
  | `link${'Used' | 'Dead' | 'Blocked'}`;

const EVERY_MS = 60_000;

let counts: Partial<Record<Outcome, number>> = {};
let timer: NodeJS.Timeout | undefined;

type Attempt = AttributesOf<'handstamp.attempts'>['attempt'];
type Attempted = AttributesOf<'handstamp.attempts'>['outcome'];

/** How each outcome stands in the metrics. */
function countInMetrics(outcome: Outcome): void {
  const [, what = '', became = ''] = /^([a-z]+(?:Up|In)?)([A-Z][a-z]+)$/.exec(outcome) ?? [];
  const lower = became.toLowerCase();
  if (what === 'signIn') {
    count('handstamp.login.attempts', { outcome: lower as AttributesOf<'handstamp.login.attempts'>['outcome'] });
  } else {
    const attempt = what.replace('Up', '_up') as Attempt;
    count('handstamp.attempts', { attempt, outcome: lower as Attempted });
  }
}

/** Counts an outcome. What was counted is one line of the log a minute, `attempts`, and none when nothing was. */
export function countOutcome(outcome: Outcome): void {
  countInMetrics(outcome);
  counts[outcome] = (counts[outcome] ?? 0) + 1;
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    const counted = counts;
    counts = {};
    timer = undefined;
    log.info('attempts', counted);
  }, EVERY_MS);
  timer.unref();
}
