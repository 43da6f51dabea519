import { describe, expect, test } from 'vitest';
import { decideRotation } from '@/lib/core/session/rotation';
import { seededNumbers } from '../../../fixtures/deterministic';
import { applyDecision, FRESH, type Refresh, type SimulationOptions, simulate } from './refresh-simulation';

const GRACE = 30;
/** Twice this, and once for a lost answer, fit into the grace. */
const LONGEST = GRACE / 3;
const HONEST: SimulationOptions = { graceSeconds: GRACE, retryAfterSeconds: LONGEST, rewritesCurrent: false };

/** Refreshes in bursts, as pages make them, with pauses of every length in between. */
function randomRefreshes(random: () => number, count: number, longest: number, lossShare: number): Refresh[] {
  const refreshes: Refresh[] = [];
  let at = 0;
  let lostAt = Number.NEGATIVE_INFINITY;
  while (refreshes.length < count) {
    const pauses = [0, 0.1, 1, GRACE - 1, GRACE, GRACE + 1, GRACE * 2, 300];
    at += (pauses[Math.floor(random() * pauses.length)] ?? 0) * (random() < 0.5 ? 1 : random());
    const total = random() * longest * 0.999;
    const thereSeconds = total * random();
    // One answer in a row gets lost: a network that loses two of them for a whole grace is not served by this rule.
    const isLost = random() < lossShare && at - lostAt > GRACE * 2;
    if (isLost) lostAt = at;
    refreshes.push({ sentAt: at, thereSeconds, backSeconds: total - thereSeconds, isLost });
  }
  return refreshes;
}

describe('honest tabs of one browser', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('are never told reuse, whatever overtakes what (seed %i)', (seed) => {
    const random = seededNumbers(seed);
    for (let round = 0; round < 150; round += 1) {
      const refreshes = randomRefreshes(random, 60, LONGEST, 0.1);
      const { kinds, state } = simulate(refreshes, HONEST);
      if (kinds.includes('reuse') || state.hasEnded) throw new Error(`round ${round}: ${JSON.stringify(refreshes)}`);
      expect(kinds.length).toBeGreaterThanOrEqual(60);
    }
  });

  test('are never told reuse when nothing is lost and each request takes less than half the grace', () => {
    const random = seededNumbers(99);
    const kinds = new Set<string>();
    for (let round = 0; round < 600; round += 1) {
      const outcome = simulate(randomRefreshes(random, 60, GRACE / 2, 0), HONEST);
      for (const kind of outcome.kinds) kinds.add(kind);
    }
    expect([...kinds].sort()).toEqual(['converge', 'rotate']);
  });

  test('are never told reuse in any of all small histories', () => {
    const options = { graceSeconds: 6, retryAfterSeconds: 2, rewritesCurrent: false };
    const durations = [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const;
    let histories = 0;
    const extend = (refreshes: readonly Refresh[], from: number): void => {
      if (refreshes.length === 3) {
        histories += 1;
        for (let lost = -1; lost < 3; lost += 1) {
          const history = refreshes.map((refresh, at) => ({ ...refresh, isLost: at === lost }));
          if (simulate(history, options).state.hasEnded) throw new Error(JSON.stringify(history));
        }
        return;
      }
      for (let sentAt = from; sentAt <= 13; sentAt += 1) {
        for (const [thereSeconds, backSeconds] of durations)
          extend([...refreshes, { sentAt, thereSeconds, backSeconds }], sentAt);
      }
    };
    extend([], 0);
    expect(histories).toBe(15_120);
  });

  test('rotate at most once in a grace', () => {
    const random = seededNumbers(5);
    for (let round = 0; round < 100; round += 1) {
      let state = FRESH;
      const rotations: number[] = [];
      for (let at = 0; at < 600; at += random() * 3) {
        const decision = decideRotation(state, state.counter, at, GRACE);
        state = applyDecision(state, decision, at);
        if (decision.kind === 'rotate') rotations.push(at);
      }
      const gaps = rotations.slice(1).map((at, before) => at - (rotations[before] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(GRACE);
    }
  });
});

describe('what the promise needs', () => {
  test('an answer that brings nothing new must leave the jar alone: overtaken, it would put an old token back', () => {
    // Both leave with counter 1 around the end of the grace; the later decision is the faster answer.
    const refreshes = [
      { sentAt: 0, thereSeconds: 0, backSeconds: 0 },
      { sentAt: 29.9, thereSeconds: 0, backSeconds: 1 },
      { sentAt: 30, thereSeconds: 0, backSeconds: 0.1 },
      { sentAt: 300, thereSeconds: 0, backSeconds: 0 },
    ];
    expect(simulate(refreshes, HONEST).kinds).toEqual(['rotate', 'converge', 'rotate', 'rotate']);
    expect(simulate(refreshes, { ...HONEST, rewritesCurrent: true }).kinds).toEqual([
      'rotate',
      'converge',
      'rotate',
      'reuse',
    ]);
  });

  test('two requests together take less than the grace: the promise ends there', () => {
    const slow = (seconds: number) => [
      { sentAt: 0, thereSeconds: 0, backSeconds: seconds },
      { sentAt: seconds - 0.5, thereSeconds: seconds, backSeconds: 0 },
    ];
    expect(simulate(slow(15), HONEST).kinds).toEqual(['rotate', 'converge']);
    expect(simulate(slow(16), HONEST).kinds).toEqual(['rotate', 'reuse']);
  });

  test('a lost answer is asked for again within the grace: the promise ends there too', () => {
    const lost = [{ sentAt: 0, thereSeconds: 0, backSeconds: 0, isLost: true }];
    expect(simulate(lost, { ...HONEST, retryAfterSeconds: 29 }).kinds).toEqual(['rotate', 'converge']);
    expect(simulate(lost, { ...HONEST, retryAfterSeconds: 31 }).kinds).toEqual(['rotate', 'reuse']);
  });
});

describe('a stolen token', () => {
  /** The owner refreshes now and then from `from` on; gives the row as it stands at `until`. */
  function ownerUses(random: () => number, from: number, until: number, start = FRESH) {
    let state = start;
    for (let at = from; at < until; at += 1 + random() * 400) {
      state = applyDecision(state, decideRotation(state, state.counter, at, GRACE), at);
    }
    return state;
  }

  test.each([1, 2, 3])('used a grace after it was replaced always ends the session (seed %i)', (seed) => {
    const random = seededNumbers(seed);
    let used = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const stolenAt = random() * 1_000;
      const before = ownerUses(random, 0, stolenAt);
      const usedAt = stolenAt + GRACE + random() * 5_000;
      const later = ownerUses(random, stolenAt, usedAt - GRACE, before);
      const wasReplaced = later.counter > before.counter;
      if (!wasReplaced) continue;
      used += 1;
      const decision = decideRotation(later, before.counter, usedAt, GRACE);
      expect(decision.kind).toBe('reuse');
      const ended = applyDecision(later, decision, usedAt);
      for (const counter of [before.counter, later.counter, later.counter + 1]) {
        expect(decideRotation(ended, counter, usedAt + 1, GRACE).kind).toBe('refuse');
      }
    }
    expect(used).toBeGreaterThan(1_000);
  });

  test('used first by the thief ends the session at the first refresh of its owner after the grace', () => {
    const random = seededNumbers(11);
    for (let round = 0; round < 1_000; round += 1) {
      const owners = ownerUses(random, 0, 500);
      const stolen = owners.counter;
      const thiefAt = (owners.rotatedAt ?? 0) + GRACE + random() * 1_000;
      const thiefs = applyDecision(owners, decideRotation(owners, stolen, thiefAt, GRACE), thiefAt);
      expect(thiefs.counter).toBe(stolen + 1);
      const ownerAt = thiefAt + GRACE + random() * 5_000;
      const meanwhile = ownerUses(random, thiefAt + GRACE, ownerAt - GRACE, thiefs);
      expect(decideRotation(meanwhile, stolen, ownerAt, GRACE).kind).toBe('reuse');
    }
  });

  test('an ancestor of the parent ends the session within the grace as well', () => {
    for (let counter = 2; counter < 20; counter += 1) {
      for (let presented = 0; presented < counter - 1; presented += 1) {
        expect(decideRotation({ ...FRESH, counter, rotatedAt: 1_000 }, presented, 1_001, GRACE).kind).toBe('reuse');
      }
    }
  });
});
