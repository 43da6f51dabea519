import { type Ask, type ServerState, serverStepped, stateAfter, stepName } from './projection';
import type { Outcome } from './session-model';
import type { Reached } from './traces';

/** What may be asked of the server by two callers at once. Both name tokens above the row's counter before either. */
export type Pair = readonly [Ask, Ask];

/** One of the two orders: what each caller of the pair is answered, in the order of the pair, and what is stored. */
export type Order = {
  readonly outcomes: readonly [Outcome | null, Outcome | null];
  readonly state: ServerState;
  /** By how much the counter rose in all. */
  readonly rise: number;
};

export type RacedPair = { readonly pair: Pair; readonly at: Reached; readonly orders: readonly [Order, Order] };

/** Both orders. A token that is handed out is named by its rise above the counter before either. */
export function ordersOf(state: ServerState, [a, b]: Pair): readonly [Order, Order] {
  const [first, second] = [inOrder(state, a, b), inOrder(state, b, a)];
  return [first, { ...second, outcomes: [second.outcomes[1], second.outcomes[0]] }];
}

function inOrder(state: ServerState, first: Ask, second: Ask): Order {
  const one = serverStepped(state, first);
  const two = serverStepped(one.state, 'above' in second ? { ...second, above: second.above - one.rise } : second);
  return { outcomes: [one.outcome, risenBy(two.outcome, one.rise)], state: two.state, rise: one.rise + two.rise };
}

const risenBy = (outcome: Outcome | null, rise: number): Outcome | null =>
  outcome?.kind === 'token' ? { ...outcome, rise: outcome.rise + rise } : outcome;

/** Whether the second caller is answered otherwise because of the first, or the row ends up otherwise. */
function doesOrderMatter(state: ServerState, [a, b]: Pair): boolean {
  const alone = [serverStepped(state, a), serverStepped(state, b)] as const;
  const [ab, ba] = ordersOf(state, [a, b]);
  const isTold = [ab, ba].some(({ outcomes }) =>
    outcomes.some((outcome, at) => JSON.stringify(outcome) !== JSON.stringify(alone[at]?.outcome)),
  );
  return isTold || JSON.stringify(ab.state) !== JSON.stringify(ba.state) || isSame(a, b, alone[0].rise);
}

/** Two callers with one token, of whom one may rotate: both are told the same, whoever it is. */
const isSame = (a: Ask, b: Ask, rise: number): boolean => stepName(a) === stepName(b) && rise > 0;

/**
 * The pairs of `states` whose order matters, about `most` of them: as many of each kind of pair, because some are possible
 * everywhere and others hardly anywhere.
 */
export function pairsThatRace(states: readonly Reached[], most: number): RacedPair[] {
  const kinds = new Map<string, RacedPair[]>();
  for (const at of states) {
    const { state, counter, newest } = stateAfter(at.trace);
    for (const pair of pairsOf(asksOf(counter, newest))) {
      if (!doesOrderMatter(state, pair)) continue;
      const kind = pair.map(stepName).join(' | ');
      kinds.set(kind, [...(kinds.get(kind) ?? []), { pair, at, orders: ordersOf(state, pair) }]);
    }
  }
  const lists = [...kinds.values()];
  let quota = Math.ceil(most / lists.length);
  const chosen = () => lists.flatMap((pairs) => spread(pairs, quota));
  while (chosen().length < most && lists.some((pairs) => pairs.length > quota)) quota += 1;
  return chosen();
}

/** So many of them at most, from the beginning to the end of the list. */
export const spread = <T>(all: readonly T[], most: number): T[] =>
  all.filter(
    (_one, at) => at === 0 || Math.floor((at * most) / all.length) > Math.floor(((at - 1) * most) / all.length),
  );

function asksOf(counter: number, newest: number): Ask[] {
  const tokens = [-2, -1, 0, 1, 2].filter((above) => counter + above >= 0 && counter + above <= newest);
  const refreshes = tokens.map((above): Ask => ({ kind: 'refresh', above }));
  return [...refreshes, { kind: 'end' }, { kind: 'sign out', above: 0 }, { kind: 'login', above: 0 }];
}

const pairsOf = (asks: readonly Ask[]): Pair[] =>
  asks.flatMap((a, at) => asks.slice(at).map((b): Pair => [a, b])).filter(([a, b]) => a.kind === 'refresh' || a !== b);
