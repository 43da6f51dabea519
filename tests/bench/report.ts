import { writeFileSync } from 'node:fs';
import { sql } from '@/tests/support/database/sql';

/** A table of `RESULTS.md`: the first column says what was measured. */
export type Table = {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
};

/** The version of the server that was measured, such as `18.4`. */
export async function postgresVersion(adminUrl: string): Promise<string> {
  const [row] = await sql<{ server_version: string }>(adminUrl, 'SHOW server_version');
  return row?.server_version.split(' ', 1).join('') ?? 'unknown';
}

/** What a bench program hands to `scripts/bench.mjs`. */
export type Report = {
  readonly postgres: string;
  readonly tables: readonly Table[];
  /** Bounds that must hold and do not, as sentences: the run fails with them, once its tables are shown. */
  readonly faults?: readonly string[];
};

/** True: the user asked for `--full`. */
export const isFull = process.argv.includes('--full');

/** Hands the report over: `scripts/bench.mjs` names the file. */
export function writeReport(report: Report): void {
  const file = process.env['BENCH_REPORT'];
  if (file === undefined) throw new Error('Run this with `npm run bench`');
  writeFileSync(file, JSON.stringify(report));
}

/** A line of progress. */
export const say = (line: string): void => void process.stderr.write(`  ${line}\n`);

/** Rounds of each measurement; the median of them counts. */
export const ROUNDS = 15;
/** Rounds before them, until the engine has compiled what runs. */
const WARM_UP_ROUNDS = 5;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which that share of them lies: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

/**
 * The median time of one call, in microseconds.
 *
 * @param calls So many are timed together, because one alone may be shorter than the clock can tell.
 * @param prepare Runs before each round, untimed.
 */
export async function timed(
  work: (call: number) => unknown,
  { calls = 1, prepare }: { calls?: number; prepare?: (round: number) => unknown } = {},
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    await prepare?.(round);
    const startedAt = performance.now();
    for (let call = 0; call < calls; call += 1) await work(call);
    times.push(((performance.now() - startedAt) * 1_000) / calls);
  }
  return median(times.slice(WARM_UP_ROUNDS));
}

const UNITS = {
  /** Given in microseconds. */
  time: [
    [1e6, 's'],
    [1e3, 'ms'],
    [1, 'µs'],
    [1e-3, 'ns'],
  ],
  bytes: [
    [1e6, 'MB'],
    [1e3, 'KB'],
    [1, 'B'],
  ],
} as const;

/** Three digits and a unit. */
export function quantity(value: number, kind: keyof typeof UNITS): string {
  const scale = UNITS[kind];
  const [size, unit] = scale.find(([least]) => value >= least) ?? scale[scale.length - 1] ?? [1, ''];
  return `${Number((value / size).toPrecision(3))} ${unit}`;
}

/** How much more `last` is than `first`. */
export const growth = (first: number, last: number): string => `× ${Number((last / first).toPrecision(2))}`;
