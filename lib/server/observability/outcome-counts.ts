import 'server-only';
import { log } from './logger';

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

/** Counts an outcome. What was counted is one line of the log a minute, `attempts`, and none when nothing was. */
export function countOutcome(outcome: Outcome): void {
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
