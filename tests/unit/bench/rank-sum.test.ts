import { describe, expect, it } from 'vitest';
import { rankSumTest } from '@/tests/bench/rank-sum';

const from = (first: number, count: number, step = 1) => Array.from({ length: count }, (_, n) => first + n * step);

describe('the rank-sum test', () => {
  // By `scipy.stats.mannwhitneyu(first, second, method='asymptotic')` of SciPy 1.17; the first pair is of its documentation.
  it.each([
    ['few values', [19, 22, 16, 29, 24], [20, 11, 17, 12], 17, 0.11134688653314041],
    ['the same the other way round', [20, 11, 17, 12], [19, 22, 16, 29, 24], 3, 0.11134688653314041],
    ['ties, in and between the samples', [1, 2, 2, 3, 3, 3, 4], [2, 3, 4, 4, 5, 5], 8.5, 0.07826242947714618],
    ['forty each, one moved by ten', from(1, 40), from(11, 40), 450, 0.0007691714821234269],
    ['three hundred each, one moved by thirty', from(0, 300), from(30.5, 300), 36_315, 0.000043043451236930004],
  ])('gives what SciPy gives for %s', (_what, first, second, u, p) => {
    const tested = rankSumTest(first, second);
    expect(tested.u).toBe(u);
    expect(tested.p).toBeCloseTo(p, 14);
  });

  it.each([
    ['the same values', [1, 2, 3], [1, 2, 3]],
    ['one value alone', [1, 1, 1], [1, 1, 1]],
    ['the same middle', [1, 4], [2, 3]],
  ])('sees no difference in %s', (_what, first, second) => {
    expect(rankSumTest(first, second)).toEqual({ u: (first.length * second.length) / 2, p: 1 });
  });

  it('leaves nothing to chance where each value of one is below each of the other', () => {
    expect(rankSumTest(from(0, 300), from(1_000, 300))).toEqual({ u: 0, p: 0 });
  });
});
