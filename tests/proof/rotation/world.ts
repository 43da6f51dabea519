import { ABSOLUTE, BEGUN, GRACE, IDLE, older, type Row } from './session-model';

// All around the row: one honest browser of two tabs, a thief, what is on its way, a backup, a status list. Tokens are
// named by how far they are above the row's counter, so that states which differ by the number only are one state.

/** A request of a tab on its way to the server, or what came of it on its way back. */
export type Flight = {
  readonly carries: 'request' | 'token' | 'nothing new' | 'refusal';
  /** The token that it presents or brings; 0 where it brings none. */
  readonly token: number;
  /** For how long the token that it brings is said to be good. */
  readonly left: number;
  /** Ticks since the request left. */
  readonly age: number;
  /** The access token that it brings was made before the claims changed. */
  readonly isStale: boolean;
};

/**
 * What the edge knows of status lists: how late, and what the last one said of the access token in the jar. `fresh`:
 * nothing has happened since.
 */
export type StatusList = {
  readonly reach: 'fresh' | 'late' | 'blocked';
  readonly says: 'nothing' | 'stale' | 'revoked';
};

/** What the server cannot know. The promises are judged by it, never by the row. */
export type History = {
  /** The first token of the session. */
  readonly first: number;
  /** The newest token that was ever handed out; above 0 only where the database lost writes. */
  readonly newest: number;
  /** Ticks since then, at most the grace; null for the first token of the session. */
  readonly newestAge: number | null;
  /** Ticks until the absolute end, by the clock alone. */
  readonly life: number;
  /** Somebody was told that the session is over. */
  readonly isOver: boolean;
  /** The thief's token changed the row. */
  readonly didThiefAct: boolean;
  /** Whether the database is an earlier one, and whether a token has told it since that writes were lost. */
  readonly restore: 'none' | 'restored' | 'adopted';
  /**
   * Whether the browser's network was as good as DECISIONS 2 asks: each request shorter than half of the grace, and once an
   * answer was lost, one at most, than a third of it, and asked again within a third.
   */
  readonly network: 'good' | 'lost one' | 'asked again' | 'bad';
  /** Ticks since the request left whose answer was lost; 0 elsewhere. */
  readonly lossAge: number;
};

export type World = {
  readonly row: Row;
  /** An earlier state of the row, and by how much its counter is behind the row's. */
  readonly backup: { readonly row: Row; readonly behind: number } | null;
  /** The refresh cookie and for how long the browser keeps it; null without one. */
  readonly jar: { readonly token: number; readonly left: number } | null;
  readonly flights: readonly [Flight | null, Flight | null];
  readonly thief: number | null;
  readonly list: StatusList;
  /** What the access token in the jar says is true no more. */
  readonly isStale: boolean;
  readonly history: History;
};

export const START: World = {
  row: BEGUN,
  backup: null,
  jar: { token: 0, left: IDLE },
  flights: [null, null],
  thief: null,
  list: { reach: 'fresh', says: 'nothing' },
  isStale: false,
  history: {
    first: 0,
    newest: 0,
    newestAge: null,
    life: ABSOLUTE,
    isOver: false,
    didThiefAct: false,
    restore: 'none',
    network: 'good',
    lossAge: 0,
  },
};

/** As old as a token gets to be told from others: far below every counter that the row can go back to. */
const OLDEST = -4;
/** In ticks: the longest flight that is shorter than half of the grace, and than a third. */
const HALF = GRACE / 2 - 1;
const THIRD = GRACE / 3 - 1;
/** In ticks: how long after a request whose answer was lost the next one has to leave. */
export const ASK_AGAIN = GRACE / 3;

/** Names every token anew after the row's counter rose by `rise`, or fell where that is negative. */
export function renamed(world: World, rise: number): World {
  if (rise === 0) return world;
  const { backup, jar, flights, thief, history } = world;
  const low = backup === null ? OLDEST : Number.NEGATIVE_INFINITY;
  const name = (token: number) => Math.max(low, token - rise);
  const fly = (flight: Flight | null) =>
    flight === null || flight.carries === 'refusal' || flight.carries === 'nothing new'
      ? flight
      : { ...flight, token: name(flight.token) };
  return {
    ...world,
    backup: backup && { ...backup, behind: backup.behind + rise },
    jar: jar && { ...jar, token: name(jar.token) },
    flights: [fly(flights[0]), fly(flights[1])],
    thief: thief === null ? null : name(thief),
    history: { ...history, first: name(history.first), newest: history.newest - rise },
  };
}

/** The world `ticks` later: everything that flies is longer on its way, and a status list is no longer fresh. */
export function later(world: World, ticks: number): World {
  const { jar, backup, list, history } = world;
  const age = (flight: Flight | null) =>
    flight && { ...flight, age: Math.min(GRACE, flight.age + ticks), left: Math.max(0, flight.left - ticks) };
  const flights = [age(world.flights[0]), age(world.flights[1])] as const;
  const left = Math.max(0, (jar?.left ?? 0) - ticks);
  const lossAge = history.network === 'lost one' ? history.lossAge + ticks : 0;
  const aged = {
    ...history,
    newestAge: history.newestAge === null ? null : Math.min(GRACE, history.newestAge + ticks),
    life: Math.max(0, history.life - ticks),
    lossAge,
  };
  return {
    ...world,
    row: older(world.row, ticks),
    backup: backup && { ...backup, row: older(backup.row, ticks) },
    jar: jar === null || left === 0 ? null : { ...jar, left },
    flights,
    list: list.reach === 'fresh' ? { ...list, reach: 'late' } : list,
    history: judged(aged, flights),
  };
}

/** Whether the network is still as good as the promise needs it, seen from the browser. */
export function judged(history: History, flights: readonly (Flight | null)[]): History {
  const { network, lossAge } = history;
  const longest = network === 'good' ? HALF : THIRD;
  const isBad = flights.some((flight) => flight !== null && flight.age > longest) || lossAge > ASK_AGAIN;
  return network !== 'bad' && isBad ? { ...history, network: 'bad', lossAge: 0 } : history;
}
