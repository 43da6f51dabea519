import { MOST_SECONDS, outcomeDifference, rowDifference } from './differences';
import { type ServerStep, serverStepped, stepName } from './projection';
import { moveBack, type RowNow, readRow } from './rows';
import { type Outcome, TICK_SECONDS } from './session-model';
import { begin, happen, type Subject } from './subject';

/** Lets a step happen to both; says how they differ, or null. */
export async function advance(subject: Subject, step: ServerStep): Promise<string | null> {
  const { state, outcome, rise } = serverStepped(subject.model, step);
  const { found, row } = await really(subject, step);
  subject.model = state;
  subject.counter += rise;
  return outcomeDifference(outcome, found) ?? rowDifference(subject, row) ?? tooLong(subject);
}

async function really(subject: Subject, step: ServerStep): Promise<{ found: Outcome | null; row: RowNow }> {
  if (step.kind !== 'wait') return { found: await happen(subject, step), row: await readRow(subject.id) };
  if (subject.kept !== null) subject.kept.agoTicks += step.ticks;
  return { found: null, row: await moveBack(subject.id, step.ticks * TICK_SECONDS) };
}

/** A machine that is far too slow would move time into the model's borders: said as such. */
const tooLong = ({ begunAtMs }: Subject): string | null =>
  performance.now() - begunAtMs > MOST_SECONDS * 1_000 ? `the trace took more than ${MOST_SECONDS} seconds` : null;

/** Replays a trace from a new session; says where the real code differs from the model, or null. */
export async function replay(userId: string, steps: readonly ServerStep[]): Promise<string | null> {
  const subject = await begin(userId);
  for (const [at, step] of steps.entries()) {
    const difference = await advance(subject, step);
    if (difference !== null)
      return `${steps
        .slice(0, at + 1)
        .map(stepName)
        .join(', ')}: ${difference}`;
  }
  return null;
}
