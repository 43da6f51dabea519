import type { Deed, Step } from './deeds';
import { answered, GRACE, type Rules } from './session-model';
import type { World } from './world';

/** How many tokens below the newest are tried in each state: further ones are no different. */
const GENERATIONS = 3;

/** What is promised, in the words of the report. */
export const PROMISES = {
  honest:
    'an honest client is signed out by its lifetimes, a thief, a restore or an answer that outlived the grace, only',
  network: 'within the limits of DECISIONS 2 an honest client is never told reuse',
  restore:
    'a restore signs an honest client out by what it says itself, or by what a newer token of theirs told it, only',
  stolen: 'a token that was replaced a grace ago, or twice, yields none, whoever holds it',
  once: 'a session rotates at most once in a grace',
  ended: 'an ended session yields no token',
  absolute: 'nothing passes the absolute lifetime',
  live: 'one refresh token is live, and its parent inside of the grace',
  list: 'a status list signs nobody out, however late, and a fresh one shows no page of an ended session',
} as const;

export type Promised = keyof typeof PROMISES;

/** The promise that a step from `before` breaks; null where all hold. */
export function brokenBy(before: World, { world, deed, shown }: Step, rules: Rules): Promised | null {
  if (shown === 'signed out') return 'list';
  const { list, history, isStale } = world;
  if (shown === 'page' && list.reach === 'fresh' && (history.isOver || isStale)) return 'list';
  if (deed !== null) {
    const broken =
      deed.outcome.kind === 'token' ? brokenByToken(before, deed.above, deed.outcome) : brokenByRefusal(before, deed);
    if (broken !== null) return broken;
  }
  return brokenIn(world, rules);
}

type Token = Extract<Deed['outcome'], { kind: 'token' }>;

function brokenByToken({ history: h }: World, above: number, { rise, left }: Token): Promised | null {
  if (h.isOver) return 'ended';
  if (left > h.life || h.life === 0) return 'absolute';
  const isAhead = h.newest > 0;
  if (isAhead) return null;
  if (!isWorthSomething(above, h)) return 'stolen';
  if (rise > 0 && h.newestAge !== null && h.newestAge < GRACE) return 'once';
  return null;
}

/** By the clock alone: the newest token, and the one before it for a grace. */
const isWorthSomething = (above: number, { newestAge }: World['history']): boolean =>
  above === 0 || (above === -1 && newestAge !== null && newestAge < GRACE);

function brokenByRefusal({ row, jar, history: h }: World, { by, above, outcome }: Deed): Promised | null {
  if (by === 'thief' || h.isOver || h.didThiefAct) return null;
  const isTimeOver = jar === null || h.life === 0;
  if (outcome.kind === 'refused') {
    if (isTimeOver) return null;
    // An earlier row has an earlier end.
    return h.restore === 'none' ? 'honest' : row.idle === 0 ? null : 'restore';
  }
  if (h.network !== 'bad') return h.restore === 'none' ? 'network' : h.restore === 'adopted' ? null : 'restore';
  return h.restore === 'none' && isWorthSomething(above, h) ? 'honest' : null;
}

function brokenIn({ row, jar, history: h }: World, rules: Rules): Promised | null {
  if (row.idle > row.absolute || row.absolute > h.life || (jar?.left ?? 0) > h.life) return 'absolute';
  // The database lost writes and does not know it yet: any token since is taken for the newest, and named in the audit log.
  if (h.newest > 0) return null;
  for (let above = Math.max(-GENERATIONS, h.first); above <= 0; above += 1) {
    if (answered(row, above, rules).outcome.kind !== 'token') continue;
    if (h.isOver) return 'ended';
    if (!isWorthSomething(above, h)) return 'live';
  }
  return null;
}
