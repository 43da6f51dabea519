import { outdated, quiet, type Shown, type Step, served } from './deeds';
import { flown } from './flights';
import { type End, ended, GRACE, IDLE, type Rules } from './session-model';
import { type Flight, later, renamed, type World } from './world';

export type Event =
  | { readonly kind: 'wait'; readonly ticks: number }
  /** Of a tab: its request leaves, reaches the server, never reaches it, is answered and the answer is gone, arrives. */
  | { readonly kind: 'send' | 'serve' | 'vanish' | 'crash' | 'lose' | 'deliver'; readonly tab: 0 | 1 }
  | { readonly kind: 'steal' | 'thief' | 'sign out' | 'end' | 'login' | 'claims' | 'backup' | 'restore' }
  | { readonly kind: 'publish' | 'block' | 'look' };

/** To both sides of the grace and of the idle end, and one tick, of which several lead to every other border. */
const WAITS = [1, GRACE - 1, GRACE, IDLE - 1, IDLE];
const TABS = [0, 1] as const;

/** All that can happen, in the order in which it is tried. */
export const EVENTS: readonly Event[] = [
  ...WAITS.map((ticks): Event => ({ kind: 'wait', ticks })),
  ...(['send', 'serve', 'vanish', 'crash', 'lose', 'deliver'] as const).flatMap((kind) =>
    TABS.map((tab): Event => ({ kind, tab })),
  ),
  ...(['steal', 'thief', 'sign out', 'end', 'login', 'claims', 'backup', 'restore'] as const).map(
    (kind): Event => ({ kind }),
  ),
  ...(['publish', 'block', 'look'] as const).map((kind): Event => ({ kind })),
];

/** The world after an event; null where it cannot happen. */
export function stepped(world: World, event: Event, rules: Rules): Step | null {
  const { row, jar, thief, backup, list } = world;
  switch (event.kind) {
    case 'wait':
      return quiet(later(world, event.ticks));
    case 'send':
    case 'serve':
    case 'vanish':
    case 'crash':
    case 'lose':
    case 'deliver':
      return flown(world, event.kind, event.tab, rules);
    case 'steal':
      return thief !== null || jar === null ? null : quiet({ ...world, thief: jar.token });
    case 'thief':
      return thief === null ? null : thieved(world, thief, rules);
    case 'sign out':
      return jar === null ? null : quiet({ ...over(world, 'signed_out'), jar: null });
    case 'end':
      return row.end === null ? quiet(over(world, 'ended_by_owner')) : null;
    case 'login':
      return jar === null ? null : quiet({ ...over(world, 'superseded'), jar: null });
    case 'claims':
      return world.isStale || row.end !== null ? null : quiet(outdated(staled(world)));
    case 'backup':
      return backup !== null || world.history.restore !== 'none'
        ? null
        : quiet({ ...world, backup: { row, behind: 0 } });
    case 'restore':
      return backup === null ? null : quiet(restored(world, backup));
    case 'publish':
      return quiet({ ...world, list: { reach: 'fresh', says: published(world, rules) } });
    case 'block':
      return list.reach === 'blocked' ? null : quiet({ ...world, list: { ...list, reach: 'blocked' } });
    case 'look':
      return jar === null ? null : { world, deed: null, shown: shown(world, rules) };
  }
}

function published({ row, isStale }: World, rules: Rules): World['list']['says'] {
  if (row.end !== null && !rules.listForgetsEnd) return 'revoked';
  return isStale ? 'stale' : 'nothing';
}

/** A list never decides that somebody is signed out: it only makes the edge ask. */
function shown({ list }: World, rules: Rules): Shown {
  if (list.reach !== 'blocked' && list.says === 'nothing') return 'page';
  return rules.listSignsOut ? 'signed out' : 'asks the database';
}

/** Claims changed: the access token in the jar is stale, and so are those that are on their way. */
function staled(world: World): World {
  const fly = (flight: Flight | null) => flight && { ...flight, isStale: flight.carries !== 'request' };
  return { ...world, isStale: true, flights: [fly(world.flights[0]), fly(world.flights[1])] };
}

function over(world: World, end: End): World {
  return outdated({ ...world, row: ended(world.row, end), history: { ...world.history, isOver: true } });
}

/** The database is an earlier one: it forgot the rotations since, and an end. The clock is still right. */
function restored(world: World, { row, behind }: { row: World['row']; behind: number }): World {
  const history = { ...world.history, restore: 'restored', isOver: row.end !== null } as const;
  return renamed(outdated({ ...world, row, backup: null, history }), -behind);
}

function thieved(world: World, token: number, rules: Rules): Step {
  const { world: after, deed } = served(world, 'thief', token, rules);
  return { world: deed.outcome.kind === 'token' ? { ...after, thief: 0 } : after, deed, shown: null };
}
