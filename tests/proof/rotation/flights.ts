import { quiet, type Step, served } from './deeds';
import type { Outcome, Rules } from './session-model';
import { ASK_AGAIN, type Flight, judged, type World } from './world';

function withFlight(world: World, tab: 0 | 1, flight: Flight | null): World {
  const [first, second] = world.flights;
  return { ...world, flights: tab === 0 ? [flight, second] : [first, flight] };
}

/** What a tab's request does next; null where it cannot. */
export function flown(
  world: World,
  kind: 'send' | 'serve' | 'vanish' | 'crash' | 'lose' | 'deliver',
  tab: 0 | 1,
  rules: Rules,
): Step | null {
  const flight = world.flights[tab];
  if (kind === 'send') return flight === null && world.jar !== null ? quiet(sent(world, tab, world.jar.token)) : null;
  if (flight === null) return null;
  const isRequest = flight.carries === 'request';
  if (isRequest !== (kind === 'serve' || kind === 'vanish' || kind === 'crash')) return null;
  if (kind === 'vanish') return quiet(vanished(world, tab));
  if (kind === 'lose') return quiet(lost(world, tab, flight.age));
  if (kind === 'deliver') return quiet(delivered(withFlight(world, tab, null), flight));
  const { world: after, deed } = served(world, 'tab', flight.token, rules);
  if (kind === 'crash') return { world: lost(after, tab, flight.age), deed, shown: null };
  return { world: withFlight(after, tab, answerTo(flight, deed.outcome)), deed, shown: null };
}

function sent(world: World, tab: 0 | 1, token: number): World {
  const { history } = world;
  const isAgain = history.network === 'lost one' && history.lossAge <= ASK_AGAIN;
  const asked = isAgain ? ({ ...history, network: 'asked again', lossAge: 0 } as const) : history;
  return { ...withFlight(world, tab, { carries: 'request', token, left: 0, age: 0, isStale: false }), history: asked };
}

function answerTo({ age }: Flight, outcome: Outcome): Flight {
  const bare = { token: 0, left: 0, age, isStale: false };
  if (outcome.kind !== 'token') return { ...bare, carries: 'refusal' };
  if (!outcome.isNew) return { ...bare, carries: 'nothing new' };
  return { ...bare, carries: 'token', left: outcome.left };
}

/** A token goes into the jar, whatever is in it, and an access token with every answer. A refusal takes nothing out of it. */
function delivered(world: World, { carries, token, left, isStale }: Flight): World {
  if (carries === 'refusal' || isSignedOut(world)) return world;
  const says = world.list.says === 'stale' && !isStale ? 'nothing' : world.list.says;
  const renewed = { ...world, isStale, list: { ...world.list, says } };
  return carries === 'token' && left > 0 ? { ...renewed, jar: { token, left } } : renewed;
}

/** After a sign-out or a new login the jar is no longer this session's. */
const isSignedOut = ({ row, jar }: World): boolean =>
  jar === null && (row.end === 'signed_out' || row.end === 'superseded');

/** A request never came to the server, or was not committed there. What asks again for a lost answer must arrive. */
function vanished(world: World, tab: 0 | 1): World {
  const after = withFlight(world, tab, null);
  return after.history.network === 'asked again' ? { ...after, history: { ...after.history, network: 'bad' } } : after;
}

/** The answer of a tab is gone. The promise of DECISIONS 2 allows one. */
function lost(world: World, tab: 0 | 1, age: number): World {
  const after = withFlight(world, tab, null);
  const { history } = after;
  const next =
    history.network === 'good'
      ? ({ network: 'lost one', lossAge: age } as const)
      : ({ network: 'bad', lossAge: 0 } as const);
  return { ...after, history: judged({ ...history, ...next }, after.flights) };
}
