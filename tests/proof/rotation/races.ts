import { meetAtRow } from './contention';
import { outcomeDifference, rowDifference } from './differences';
import { type Ask, type ServerStep, stepName } from './projection';
import { readRow } from './rows';
import type { RacedPair } from './serial-orders';
import type { Outcome } from './session-model';
import { begin, happen, type Subject } from './subject';
import { advance } from './trace';

/** How two callers meet: at the row, which somebody holds until both are there, in this order or the other; or as they come. */
export const WAYS = ['meet in order', 'meet in the other order', 'as they come'] as const;
export type Way = (typeof WAYS)[number];

/** As which of the two orders the callers came out; null, with what is wrong, where it was like neither. */
export type Raced = { readonly order: 0 | 1 | null; readonly difference: string | null };

/** Brings a new session to where a trace leads. Throws where that differs from the model. */
export async function broughtTo(userId: string, trace: readonly ServerStep[]): Promise<Subject> {
  const subject = await begin(userId);
  for (const step of trace) {
    const difference = await advance(subject, step);
    if (difference !== null) throw new Error(`${trace.map(stepName).join(', ')}: ${difference}`);
  }
  return subject;
}

/** Lets two callers loose on a session of their own, and compares with the two orders that the model allows. */
export async function race(databaseUrl: string, userId: string, raced: RacedPair, way: Way): Promise<Raced> {
  const subject = await broughtTo(userId, raced.at.trace);
  const outcomes = await together(databaseUrl, subject, raced.pair, way);
  const row = await readRow(subject.id);
  const differences = raced.orders.map((order) => {
    const told = order.outcomes.map((outcome, at) => outcomeDifference(outcome, outcomes[at] ?? null));
    const stored = rowDifference({ counter: subject.counter + order.rise, model: order.state }, row);
    return told.find((one) => one !== null) ?? stored;
  });
  const order = differences.indexOf(null);
  if (order === 0 || order === 1) return { order, difference: null };
  const where = [...raced.at.trace.map(stepName), raced.pair.map(stepName).join(' with ')].join(', ');
  return { order: null, difference: `${where} (${way}): ${differences.join('; in the other order ')}` };
}

async function together(
  databaseUrl: string,
  subject: Subject,
  [a, b]: readonly [Ask, Ask],
  way: Way,
): Promise<readonly (Outcome | null)[]> {
  const [first, second] = [() => happen(subject, a), () => happen(subject, b)];
  if (way === 'as they come') return Promise.all([first(), second()]);
  if (way === 'meet in order') return (await meetAtRow(databaseUrl, subject.id, [first, second])).map(answerOf);
  return (await meetAtRow(databaseUrl, subject.id, [second, first])).map(answerOf).reverse();
}

function answerOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/**
 * Kills the database's process of a refresh after it began to write and before its commit, at the end of a trace, and asks
 * again. Says how what it left, and the second answer, differ from a first one that never was; null where they do not.
 */
export async function killedBeforeCommit(
  databaseUrl: string,
  userId: string,
  trace: readonly ServerStep[],
  refresh: Ask,
): Promise<string | null> {
  const subject = await broughtTo(userId, trace);
  let killed = 0;
  const [call] = await meetAtRow(databaseUrl, subject.id, [() => happen(subject, refresh)], async (holder, waiting) => {
    for (const pid of waiting) await holder.query('SELECT pg_terminate_backend($1, 10000)', [pid]);
    killed = waiting.length;
  });
  if (killed !== 1 || call?.status !== 'rejected') return `${killed} were killed, and the call was ${call?.status}`;
  return rowDifference(subject, await readRow(subject.id)) ?? (await advance(subject, refresh));
}
