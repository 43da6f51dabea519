import { answered, type Outcome, type Rules } from './session-model';
import { renamed, type World } from './world';

/** What the server did for whom: what the promises are about. */
export type Deed = {
  readonly by: 'tab' | 'thief';
  /** The token that was presented, above the row's counter. */
  readonly above: number;
  readonly outcome: Outcome;
};

/** What a tab is shown that asks for a page and whose access token runs yet. */
export type Shown = 'page' | 'asks the database' | 'signed out';

/** What came of an event. */
export type Step = { readonly world: World; readonly deed: Deed | null; readonly shown: Shown | null };

/** A step in which the server was asked nothing. */
export const quiet = (world: World): Step => ({ world, deed: null, shown: null });

/** Something happened that the list does not know yet. */
export const outdated = (world: World): World =>
  world.list.reach === 'fresh' ? { ...world, list: { ...world.list, reach: 'late' } } : world;

/** The server answers a token: the world with its new row, and with the names of the tokens as the counter rose. */
export function served(world: World, by: Deed['by'], above: number, rules: Rules): { world: World; deed: Deed } {
  const { row, outcome } = answered(world.row, above, rules);
  const rise = outcome.kind === 'token' ? outcome.rise : 0;
  const moved = renamed({ ...world, row }, rise);
  const { newest, newestAge } = moved.history;
  const history = {
    ...moved.history,
    newest: Math.max(0, newest),
    newestAge: rise === 0 ? newestAge : 0,
    isOver: world.history.isOver || outcome.kind === 'reuse',
    didThiefAct: world.history.didThiefAct || (by === 'thief' && row !== world.row),
    restore: above > 0 && rise > 0 ? ('adopted' as const) : world.history.restore,
  };
  const after = { ...moved, history };
  return { world: outcome.kind === 'reuse' ? outdated(after) : after, deed: { by, above, outcome } };
}
