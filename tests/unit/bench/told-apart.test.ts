import { describe, expect, it } from 'vitest';
import { compareTimes } from '@/tests/bench/told-apart';

const from = (first: number, count: number, step: number) => Array.from({ length: count }, (_, n) => first + n * step);

describe('times of answers that must not be told apart', () => {
  it.each([
    ['the same', from(100, 300, 0.01), from(100, 300, 0.01), true],
    ['2 ms apart, 20 %, and the ranks by chance', [...from(10, 5, 0.1), 30], [...from(12, 5, 0.1), 9], true],
    ['4 ms apart, 4 %, and the ranks by chance', [100, 101, 140], [104, 105, 90], true],
    ['3 ms apart, 30 %, and the ranks by chance', [10, 10, 30], [13, 13, 9], false],
    ['1 ms apart, 1 %, in every single value', from(100, 300, 0.001), from(101, 300, 0.001), false],
  ])('are alike or not: %s', (_what, first, second, areAlike) => {
    expect(compareTimes(first, second)).toMatchObject({ areAlike });
    expect(compareTimes(second, first)).toMatchObject({ areAlike });
  });

  it('differ by the difference of their medians, of the smaller one', () => {
    expect(compareTimes([10, 11, 90], [7, 8, 9])).toMatchObject({ differenceMs: 3, share: 3 / 8 });
    expect(compareTimes([7, 8, 9], [10, 11, 90])).toMatchObject({ differenceMs: -3, share: -3 / 8 });
  });
});
