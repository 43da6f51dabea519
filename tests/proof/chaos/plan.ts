import { seededNumbers } from '@/tests/fixtures/deterministic';

/** What goes wrong, and when: milliseconds from the start of a run. `place` is that of an instance. */
export type Fault =
  | { readonly kind: 'kill'; readonly atMs: number; readonly place: number; readonly downMs: number }
  /** PostgreSQL ends as in a crash and recovers. */
  | { readonly kind: 'restart'; readonly atMs: number }
  /** Another build takes the place of the one that runs, instance by instance in this order. */
  | { readonly kind: 'replace'; readonly atMs: number; readonly order: readonly number[] };

const INSTANCES = 3;
const LEAST_KILLS = 4;
const MOST_KILLS = 6;
/** No fault comes so soon after the start, nor so short before the end. */
const QUIET_MS = { start: 2_000, end: 5_000 } as const;
/** The drain of three instances and three starts take most of a run: they begin in its first fifth. */
const REPLACED_WITHIN = 0.2;
const RESTARTED_WITHIN = { from: 0.3, to: 0.7 } as const;
const LONGEST_DOWN_MS = 1_500;

/** The faults of a run, in their order. The same seed and length give the same ones. */
export function planFaults(seed: number, lengthMs: number): Fault[] {
  const next = seededNumbers(seed);
  const between = (from: number, to: number) => Math.round(from + next() * (to - from));
  const whole = (count: number) => Math.floor(next() * count);
  const kills = LEAST_KILLS + whole(MOST_KILLS - LEAST_KILLS + 1);
  const faults: Fault[] = Array.from({ length: kills }, () => ({
    kind: 'kill',
    atMs: between(QUIET_MS.start, lengthMs - QUIET_MS.end),
    place: whole(INSTANCES),
    downMs: between(0, LONGEST_DOWN_MS),
  }));
  faults.push({ kind: 'restart', atMs: between(RESTARTED_WITHIN.from * lengthMs, RESTARTED_WITHIN.to * lengthMs) });
  const order = shuffled([...Array(INSTANCES).keys()], next);
  faults.push({ kind: 'replace', atMs: between(QUIET_MS.start, REPLACED_WITHIN * lengthMs), order });
  return faults.sort((one, other) => one.atMs - other.atMs);
}

function shuffled<T>(all: readonly T[], next: () => number): T[] {
  return all
    .map((one) => ({ one, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}
