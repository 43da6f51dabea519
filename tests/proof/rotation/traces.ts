import type { Step } from './deeds';
import { type Event, stepped } from './events';
import { type Exploration, explore } from './explore';
import { type ServerStep, serverName, serverStepOf, stepName } from './projection';
import { SPECIFIED } from './session-model';
import { START, type World } from './world';

/** A state of the server, and the shortest trace that leads there. */
export type Reached = { readonly name: string; readonly trace: readonly ServerStep[] };

export type Graph = {
  readonly exploration: Exploration;
  readonly states: readonly Reached[];
  /** How often an honest client was told reuse without a thief or a restore: its answers came too late, or never. */
  readonly honestReuses: number;
  /** For each transition of the server, a state and what is asked of it there, the shortest trace that ends with it. */
  readonly traces: readonly (readonly ServerStep[])[];
};

/**
 * Explores the specified rules to `depth` events, and keeps what the server sees of the first `replayed` of them: each
 * transition once.
 */
export function graphTo(depth: number, replayed: number): Graph {
  const ways = new Map<string, readonly Event[]>();
  const states = new Map<string, readonly Event[]>();
  let last: World | null = null;
  let state = '';
  let honestReuses = 0;
  const exploration = explore({
    rules: SPECIFIED,
    depth,
    watch(from, event, step, wayThere, level) {
      if (isHonestReuse(from, step)) honestReuses += 1;
      const asked = level > replayed ? null : serverStepOf(from, event, step);
      if (asked === null) return;
      if (from !== last) {
        last = from;
        state = serverName(from);
      }
      if (!states.has(state)) states.set(state, wayThere());
      const transition = `${state}: ${stepName(asked)}`;
      if (!ways.has(transition)) ways.set(transition, [...wayThere(), event]);
    },
  });
  const reached = [...states].map(([name, way]) => ({ name, trace: askedOnTheWay(way) }));
  return { exploration, states: reached, honestReuses, traces: [...ways.values()].map(askedOnTheWay) };
}

function isHonestReuse({ history }: World, { deed }: Step): boolean {
  const isReuse = deed?.by === 'tab' && deed.outcome.kind === 'reuse';
  return isReuse && !history.isOver && !history.didThiefAct && history.restore === 'none';
}

/** What a way through the world asks of the server. */
function askedOnTheWay(way: readonly Event[]): ServerStep[] {
  const steps: ServerStep[] = [];
  let world = START;
  for (const event of way) {
    const step = stepped(world, event, SPECIFIED);
    if (step === null) throw new Error('A way leads through an event that cannot happen');
    const asked = serverStepOf(world, event, step);
    if (asked !== null) steps.push(asked);
    world = step.world;
  }
  return steps;
}
