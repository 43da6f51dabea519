import type { ServerState } from './projection';
import type { RowNow } from './rows';
import { GRACE, type Outcome, type Row, TICK_SECONDS } from './session-model';
import { ROUNDED_SECONDS } from './subject';

/** What real time a trace may take: far less than a tick, so that no border of the model is passed by it. */
export const MOST_SECONDS = 8;

/** How two outcomes differ; null where they are the same. */
export function outcomeDifference(expected: Outcome | null, found: Outcome | null): string | null {
  const [should, is] = [JSON.stringify(expected), JSON.stringify(found)];
  return should === is ? null : `answered ${is} and not ${should}`;
}

/** How the stored row differs from the model's; null where it is the same. */
export function rowDifference({ counter, model }: { counter: number; model: ServerState }, row: RowNow): string | null {
  const expected = model.row;
  if (row.counter !== counter) return `the counter is ${row.counter} and not ${counter}`;
  if (row.endReason !== expected.end) return `it ended by ${row.endReason} and not ${expected.end}`;
  if (row.isEnded !== (expected.end !== null)) return `it is ${row.isEnded ? '' : 'not '}ended`;
  return (
    ageDifference(expected.age, row.ageSeconds) ??
    leftDifference('idle', expected, row.idleSeconds) ??
    leftDifference('absolute', expected, row.absoluteSeconds)
  );
}

function ageDifference(age: number | null, seconds: number | null): string | null {
  if (age === null || seconds === null)
    return age === seconds ? null : `it last rotated ${seconds} s ago and not ${age}`;
  const least = age * TICK_SECONDS;
  const isRight = seconds > least - ROUNDED_SECONDS && (age === GRACE || seconds < least + MOST_SECONDS);
  return isRight ? null : `it rotated ${seconds.toFixed(2)} s ago and not ${least}`;
}

function leftDifference(which: 'idle' | 'absolute', row: Row, seconds: number): string | null {
  const most = row[which] * TICK_SECONDS;
  const isRight = seconds < most + ROUNDED_SECONDS && (most === 0 || seconds > most - MOST_SECONDS);
  return isRight ? null : `its ${which} end is ${seconds.toFixed(2)} s away and not ${most}`;
}
