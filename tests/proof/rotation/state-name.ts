import { ABSOLUTE, GRACE, IDLE, type Row } from './session-model';
import { ASK_AGAIN, type Flight, type History, type StatusList, type World } from './world';

// Millions of states are told apart by their names, so a name is a few characters and each holds what belongs together.

const ENDS = ['signed_out', 'ended_by_owner', 'superseded', 'reuse_detected'] as const;
const CARRIED: readonly Flight['carries'][] = ['request', 'token', 'nothing new', 'refusal'];
const REACHES: readonly StatusList['reach'][] = ['fresh', 'late', 'blocked'];
const SAYINGS: readonly StatusList['says'][] = ['nothing', 'stale', 'revoked'];
const NETWORKS: readonly History['network'][] = ['good', 'lost one', 'asked again', 'bad'];
const RESTORES: readonly History['restore'][] = ['none', 'restored', 'adopted'];
/** Tokens are fewer than this above or below the row's counter, in a way of any length that can be explored. */
const REACH_OF_TOKENS = 32;

/** Joins numbers that are below their bounds to one. */
function joined(...parts: readonly (readonly [value: number, bound: number])[]): number {
  let code = 0;
  for (const [value, bound] of parts) code = code * bound + value;
  return code;
}

const tokenCode = (token: number | null): number => (token === null ? 0 : token + REACH_OF_TOKENS);
const TOKENS = 2 * REACH_OF_TOKENS;
const ageCode = (age: number | null): number => (age === null ? 0 : age + 1);

const rowCode = ({ age, idle, absolute, end }: Row): number =>
  joined(
    [ageCode(age), GRACE + 2],
    [idle, IDLE + 1],
    [absolute, ABSOLUTE + 1],
    [end === null ? 0 : ENDS.indexOf(end) + 1, ENDS.length + 1],
  );

const flightCode = (flight: Flight | null): number =>
  flight === null
    ? 0
    : 1 +
      joined(
        [CARRIED.indexOf(flight.carries), CARRIED.length],
        [tokenCode(flight.token), TOKENS],
        [flight.left, IDLE + 1],
        [flight.age, GRACE + 1],
        [Number(flight.isStale), 2],
      );

/** One text for each state. The two tabs are alike, so it does not matter which of them has which flight. */
export function nameOf({ row, backup, jar, flights, thief, list, isStale, history }: World): string {
  const [first, second] = [flightCode(flights[0]), flightCode(flights[1])];
  const { first: oldest, newest, newestAge, life, isOver, didThiefAct, restore, network, lossAge } = history;
  return String.fromCharCode(
    rowCode(row),
    backup === null ? 0 : 1 + rowCode(backup.row),
    backup === null ? 0 : tokenCode(backup.behind),
    jar === null ? 0 : 1 + joined([tokenCode(jar.token), TOKENS], [jar.left, IDLE + 1]),
    Math.min(first, second),
    Math.max(first, second),
    thief === null ? 0 : 1 + tokenCode(thief),
    joined([REACHES.indexOf(list.reach), 3], [SAYINGS.indexOf(list.says), 3], [Number(isStale), 2]),
    joined(
      [Number(isOver), 2],
      [Number(didThiefAct), 2],
      [RESTORES.indexOf(restore), 3],
      [NETWORKS.indexOf(network), 4],
    ),
    joined([newest, REACH_OF_TOKENS], [ageCode(newestAge), GRACE + 2], [life, ABSOLUTE + 1]),
    joined([tokenCode(oldest), TOKENS], [lossAge, ASK_AGAIN + 1]),
  );
}
