/** `u`: in how many pairs of one value of each the first sample's is the larger one, ties by half. `p`: of no difference. */
export type RankSum = { readonly u: number; readonly p: number };

/** From here on a tail holds less than a double can tell from nothing beside 1. */
const LARGEST_Z = 8;

/**
 * The two-sided test of Mann and Whitney: how likely two samples of one distribution differ in their ranks as much as these
 * do. By the normal approximation, with the corrections for ties and for continuity, which is good from a dozen values
 * each. It asks nothing of the shape of the distribution, so that a few slow answers decide nothing; values have to be
 * independent of each other.
 */
export function rankSumTest(first: readonly number[], second: readonly number[]): RankSum {
  const { sumOfFirst, tieTerm } = rank(first, second);
  const [n, m] = [first.length, second.length];
  const all = n + m;
  const u = sumOfFirst - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (all + 1 - tieTerm / (all * (all - 1)));
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  return { u, p: distance === 0 ? 1 : twoTails(distance / Math.sqrt(variance)) };
}

/** Ranks of both samples together, from 1; equal values share the middle of theirs. `tieTerm`: the sum of t³ - t over them. */
function rank(first: readonly number[], second: readonly number[]): { sumOfFirst: number; tieTerm: number } {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].sort((a, b) => a.value - b.value);
  let [sumOfFirst, tieTerm] = [0, 0];
  for (let from = 0; from < all.length; ) {
    let to = from + 1;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const ties = to - from;
    sumOfFirst += all.slice(from, to).filter(({ isFirst }) => isFirst).length * ((from + 1 + to) / 2);
    tieTerm += ties ** 3 - ties;
    from = to;
  }
  return { sumOfFirst, tieTerm };
}

/** The share of a normal distribution that lies further than `z` deviations from its middle: 1 - 2φ(z)(z + z³/3 + z⁵/15 + …). */
function twoTails(z: number): number {
  if (z >= LARGEST_Z) return 0;
  let [term, sum] = [z, z];
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return Math.max(0, 1 - Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) * sum);
}
