import { describe, expect, it } from 'vitest';
import { type Fault, planFaults } from './plan';

const LENGTH_MS = 30_000;
const SEEDS = Array.from({ length: 500 }, (_, seed) => seed);
const kindsOf = (faults: readonly Fault[]) => faults.map(({ kind }) => kind);

describe('the faults of a run', () => {
  it('are decided by the seed alone', () => {
    for (const seed of SEEDS) expect(planFaults(seed, LENGTH_MS)).toEqual(planFaults(seed, LENGTH_MS));
    expect(new Set(SEEDS.map((seed) => JSON.stringify(planFaults(seed, LENGTH_MS)))).size).toBe(SEEDS.length);
  });

  it('are four kills or more, one restart of PostgreSQL and one other build, in the order of their times', () => {
    for (const seed of SEEDS) {
      const faults = planFaults(seed, LENGTH_MS);
      const kinds = kindsOf(faults);
      expect(kinds.filter((kind) => kind === 'kill').length).toBeGreaterThanOrEqual(4);
      expect(kinds.filter((kind) => kind === 'restart')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'replace')).toHaveLength(1);
      const times = faults.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(2_000);
      expect(times.at(-1)).toBeLessThanOrEqual(LENGTH_MS - 5_000);
    }
  });

  it('meet every instance, and replace all three', () => {
    const all = SEEDS.flatMap((seed) => planFaults(seed, LENGTH_MS));
    const killed = all.flatMap((fault) => (fault.kind === 'kill' ? [fault.place] : []));
    expect(new Set(killed)).toEqual(new Set([0, 1, 2]));
    const orders = all.flatMap((fault) => (fault.kind === 'replace' ? [fault.order] : []));
    for (const order of orders) expect(order.toSorted()).toEqual([0, 1, 2]);
    expect(new Set(orders.map((order) => order.join())).size).toBe(6);
  });
});
