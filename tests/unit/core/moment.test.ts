import { describe, expect, test } from 'vitest';
import { momentOf, msSince, NEVER } from '@/lib/core/moment';

const clocks = (monotonicMs: number, wallSeconds: number) => ({
  monotonicMs: () => monotonicMs,
  now: () => wallSeconds,
});
const START = momentOf(clocks(1_000, 50));

describe('the age of a moment', () => {
  test.each([
    ['both clocks went on', 3_000, 52, 2_000],
    ['the monotonic clock stood still, as in a frozen instance', 1_000, 80, 30_000],
    ['the clock on the wall was set back', 6_000, 10, 5_000],
    ['the clock on the wall was set ahead', 2_000, 100, 50_000],
    ['no time passed', 1_000, 50, 0],
  ])('is that of the clock that saw more of it: %s', (_name, monotonicMs, wallSeconds, age) => {
    expect(msSince(START, clocks(monotonicMs, wallSeconds))).toBe(age);
  });

  test('of what never was is endless', () => {
    expect(msSince(NEVER, clocks(0, 0))).toBe(Number.POSITIVE_INFINITY);
  });
});
