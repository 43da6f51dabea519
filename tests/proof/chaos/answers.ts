import type { Away, Evidence, Finding, FindingKind, Kill } from './evidence';
import { type Entry, EXPECTED } from './journal';

/** How long after a kill nginx may come to know that a request was in flight there. */
const NOTICED_MS = 1_000;

/** Every answer that no fault of the run accounts for; refusals are judged by `refusals.ts`. */
export function judgeAnswers({ journal, passed, kills, outages }: Evidence): Finding[] {
  const logged = new Map(passed.map((one) => [one.id, one]));
  return journal.entries.flatMap((entry): Finding[] => {
    const kind = faultOf(entry, { line: logged.get(entry.id), kills, outages });
    return kind === null ? [] : [{ kind, said: told(entry) }];
  });
}

type Surroundings = {
  readonly line: Evidence['passed'][number] | undefined;
  readonly kills: readonly Kill[];
  readonly outages: readonly Away[];
};

function faultOf(entry: Entry, { line, kills, outages }: Surroundings): FindingKind | null {
  const { status, what, isRefused } = entry;
  if (isRefused || EXPECTED[what].includes(status)) return null;
  const port = line?.ports.at(-1);
  switch (status) {
    case 0:
      return 'no answer';
    case 500:
      return 'failure of its own';
    case 502: {
      const isNamed = (kill: Kill) =>
        line !== undefined && kill.port === port && Math.abs(line.atMs - kill.fromMs) < NOTICED_MS;
      return kills.some(isNamed) ? null : '502 without a kill';
    }
    case 503: {
      const isOut = outages.some((away) => overlaps(entry, away));
      const isKilled = kills.some((kill) => kill.port === port && overlaps(entry, kill));
      return isOut || isKilled ? null : '503 without an outage';
    }
    default:
      return 'unexpected answer';
  }
}

const overlaps = ({ fromMs, untilMs }: Entry, away: Away): boolean => untilMs >= away.fromMs && fromMs <= away.backMs;

/** One request, for whoever reads a finding. */
export const told = ({ id, what, status, brought, words }: Entry): string =>
  `${id} ${what}: ${status} ${words} (${brought === null ? 'no token' : `${brought.session} at ${brought.counter}`})`;
