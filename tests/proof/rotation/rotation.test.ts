import { beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { isWhole, proved } from '@/tests/support/proof';
import { explore } from './explore';
import { PROMISES } from './invariants';
import { MUTATIONS, type Mutation } from './mutations';
import { makePeople, severalAtOnce } from './pool';
import { type Ask, stateAfter } from './projection';
import { killedBeforeCommit, race, WAYS } from './races';
import { replayMutated } from './real-mutants';
import { publishedEndings, waitingMails } from './rows';
import { pairsThatRace, spread } from './serial-orders';
import { answered, SPECIFIED } from './session-model';
import { useModelLifetimes } from './stage';
import { replay } from './trace';
import { graphTo } from './traces';

/** How long a history in the world is at most, in events, and one whose transitions are replayed. */
const [DEPTH, REPLAYED] = isWhole ? [8, 7] : [5, 5];
/** How many traces, pairs of callers and killed refreshes are tried, about. */
const [TRACES, PAIRS, KILLED] = isWhole ? [1_000_000, 240, 100] : [60, 8, 2];
/** After so many events each mutation has broken a promise. */
const FARTHEST = 5;
const LEAST_STATES = isWhole ? 100_000 : 10_000;

const { url } = await useDatabase();
beforeAll(() => useModelLifetimes(url));

const graph = graphTo(DEPTH, REPLAYED);

const sumOf = <T>(all: readonly T[], value: (one: T) => number): number =>
  all.reduce((sum, one) => sum + value(one), 0);

// Promise: In every history of up to eight events
describe('the model of a session, its browser, a thief, a network and a restore', () => {
  test('breaks no promise in any state that the depth reaches', () => {
    const { states, transitions, depth, broken } = graph.exploration;
    expect(broken).toBeNull();
    expect(states).toBeGreaterThan(LEAST_STATES);
    const note = `${transitions.toLocaleString('en')} transitions, every history of ${depth} events, ${Object.keys(PROMISES).length} promises`;
    proved({ what: 'states of the model in which every promise holds', tried: states, held: states, note });
  });

  test('tells an honest client reuse where its network was worse than DECISIONS 2 asks, so that the limit is one', () => {
    expect(graph.honestReuses).toBeGreaterThan(0);
  });

  test.each([
    ['is believed to sign somebody out', { listSignsOut: true }],
    ['forgets who ended', { listForgetsEnd: true }],
  ])('breaks a promise where a status list %s', (_what, wrong) => {
    expect(explore({ rules: { ...SPECIFIED, ...wrong }, depth: 4 }).broken?.promise).toBe('list');
  });
});

test('the real code answers and stores what the model says, in every transition of the server that was explored', async () => {
  const traces = spread(graph.traces, TRACES);
  const people = await makePeople(traces.length);
  const mailsBefore = await waitingMails();
  const differences: string[] = [];
  await severalAtOnce(traces, 8, async (trace, at) => {
    const difference = await replay(people[at] ?? '', trace);
    if (difference !== null) differences.push(difference);
    return differences.length < 10;
  });
  expect(differences).toEqual([]);
  const { told, untold } = await publishedEndings();
  expect([told > 0, untold]).toEqual([true, 0]);
  expect((await waitingMails()) - mailsBefore).toBe(sumOf(traces, (trace) => stateAfter(trace).reuses));
  const steps = sumOf(traces, (trace) => trace.length);
  const note = `every one that ${REPLAYED} events reach, at the end of its shortest trace; ${steps.toLocaleString('en')} steps compared`;
  proved({
    what: 'transitions of the server replayed on PostgreSQL',
    tried: traces.length,
    held: traces.length - differences.length,
    note,
  });
});

test('two callers at once come out as one after the other, in one order or the other', async () => {
  const pairs = pairsThatRace(graph.states, PAIRS);
  const races = pairs.flatMap((pair) => WAYS.map((way) => ({ pair, way })));
  const people = await makePeople(races.length);
  const differences: string[] = [];
  const orders = [0, 0];
  await severalAtOnce(races, 4, async ({ pair, way }, at) => {
    const { order, difference } = await race(url, people[at] ?? '', pair, way);
    if (order !== null) orders[order] = (orders[order] ?? 0) + 1;
    if (difference !== null) differences.push(difference);
    return differences.length < 10;
  });
  expect(differences).toEqual([]);
  // Of few races all may happen to come out in the same order.
  if (isWhole) expect(Math.min(...orders)).toBeGreaterThan(0);
  const note = `${pairs.length} pairs whose order matters, ${WAYS.length} ways to meet; ${orders.join(' and ')} in either order`;
  proved({ what: 'races of two callers', tried: races.length, held: races.length - differences.length, note });
});

test('a refresh whose database process is killed before its commit leaves nothing, and is asked again as if it were the first', async () => {
  const refresh: Ask = { kind: 'refresh', above: 0 };
  const writes = graph.states.filter(({ trace }) => {
    const { outcome } = answered(stateAfter(trace).state.row, 0, SPECIFIED);
    return outcome.kind === 'token' && outcome.rise > 0;
  });
  const chosen = spread(writes, KILLED);
  const people = await makePeople(chosen.length);
  const differences: string[] = [];
  await severalAtOnce(chosen, 4, async ({ trace }, at) => {
    const difference = await killedBeforeCommit(url, people[at] ?? '', trace, refresh);
    if (difference !== null) differences.push(difference);
    return true;
  });
  expect(differences).toEqual([]);
  proved({
    what: 'refreshes killed before their commit',
    tried: chosen.length,
    held: chosen.length - differences.length,
  });
});

describe('each way to get rotation wrong', () => {
  test.each(MUTATIONS)('breaks a promise of the model: $name', ({ rules, breaks }) => {
    expect(explore({ rules, depth: FARTHEST }).broken?.promise).toBe(breaks);
  });
});

// A process of its own for each takes longer than `npm test` has time for.
if (isWhole) {
  test('each way to get rotation wrong differs from the model in the real code too, which as it stands does not', async () => {
    const traces = [...graph.traces].sort((a, b) => a.length - b.length);
    const some = spread(traces, 200);
    expect(await replayMutated(url, null, some)).toEqual({ replayed: some.length, difference: null });
    const uncaught: Mutation['name'][] = [];
    for (const { name, edit, rules } of MUTATIONS) {
      const { difference } = await replayMutated(url, edit, traces);
      const isCaughtTwice = difference !== null && explore({ rules, depth: FARTHEST }).broken !== null;
      if (!isCaughtTwice) uncaught.push(name);
    }
    expect(uncaught).toEqual([]);
    const note = 'each by a broken promise of the model and by a difference of the real code';
    proved({ what: 'mutations caught twice', tried: MUTATIONS.length, held: MUTATIONS.length - uncaught.length, note });
  });
}
