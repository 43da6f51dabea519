import type { Step } from './deeds';
import { EVENTS, type Event, stepped } from './events';
import { brokenBy, type Promised } from './invariants';
import type { Rules } from './session-model';
import { nameOf } from './state-name';
import { START, type World } from './world';

export type Exploration = {
  /** Different states that were seen, the first one with them. */
  readonly states: number;
  readonly transitions: number;
  /** Events from the start to the farthest state of which every event was tried. */
  readonly depth: number;
  /** The first promise that broke, by the shortest way there is; null where all hold. */
  readonly broken: { readonly promise: Promised; readonly path: readonly Event[] } | null;
};

/** Told each step: from which world, by what event, the way to that world, and the number of events with this one. */
export type Watch = (from: World, event: Event, step: Step, way: () => Event[], level: number) => void;

export type ExploreOptions = {
  readonly rules: Rules;
  /** How many events a way may have. */
  readonly depth: number;
  readonly watch?: Watch;
};

/**
 * Tries every event in every state that `depth - 1` events lead to, by breadth, so that the way to whatever is found is
 * the shortest. States that differ by names only are one.
 */
export function explore({ rules, depth, watch }: ExploreOptions): Exploration {
  const seen = new Set<string>([nameOf(START)]);
  /** For each state in the order of its finding: where it was found from, and by which event. */
  const parents = [-1];
  const causes = [-1];
  let frontier: { readonly world: World; readonly at: number }[] = [{ world: START, at: 0 }];
  let transitions = 0;
  const wayTo = (at: number): Event[] => {
    const way: Event[] = [];
    for (let here = at; here > 0; here = parents[here] ?? 0) {
      const event = EVENTS[causes[here] ?? -1];
      if (event !== undefined) way.push(event);
    }
    return way.reverse();
  };
  for (let level = 1; level <= depth && frontier.length > 0; level += 1) {
    const next: typeof frontier = [];
    for (const { world, at } of frontier) {
      for (const [cause, event] of EVENTS.entries()) {
        const step = stepped(world, event, rules);
        if (step === null) continue;
        transitions += 1;
        const promise = brokenBy(world, step, rules);
        if (promise !== null) {
          return { states: seen.size, transitions, depth: level, broken: { promise, path: [...wayTo(at), event] } };
        }
        watch?.(world, event, step, () => wayTo(at), level);
        const name = nameOf(step.world);
        if (seen.has(name)) continue;
        seen.add(name);
        parents.push(at);
        causes.push(cause);
        next.push({ world: step.world, at: parents.length - 1 });
      }
    }
    frontier = next;
  }
  return { states: seen.size, transitions, depth, broken: null };
}
