import { rankSumTest } from './rank-sum';
import { median } from './report';

/** Medians may differ by so much, whichever is more … */
const MOST_MS = 2;
const MOST_SHARE = 0.05;
/** … and the ranks no more than chance brings about once in a thousand runs. */
const LEAST_P = 0.001;

export type Comparison = {
  /** Median of the first less that of the second. */
  readonly differenceMs: number;
  /** The same as a share of the smaller median. */
  readonly share: number;
  readonly p: number;
  /** True: by their times nobody can tell the two kinds apart. */
  readonly areAlike: boolean;
};

/** The bound for two kinds of requests whose answers must not be told apart by the time they take. In milliseconds. */
export function compareTimes(first: readonly number[], second: readonly number[]): Comparison {
  const medians = [median(first), median(second)] as const;
  const differenceMs = medians[0] - medians[1];
  const share = differenceMs / Math.min(...medians);
  const { p } = rankSumTest(first, second);
  const isClose = Math.abs(differenceMs) <= MOST_MS || Math.abs(share) <= MOST_SHARE;
  return { differenceMs, share, p, areAlike: isClose && p >= LEAST_P };
}

/** The bound in words, for a table. */
export const BOUND = `≤ ${MOST_SHARE * 100} % or ≤ ${MOST_MS} ms; p ≥ ${LEAST_P}`;
