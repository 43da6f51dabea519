import { describe, expect, test } from 'vitest';
import { decideRotation, type RotationDecision, type RotationState } from '@/lib/core/session/rotation';
import { NOW } from '../../../fixtures/deterministic';

const GRACE = 30;

/** A live session at counter 7, last rotated an hour ago. */
const LIVE: RotationState = {
  counter: 7,
  rotatedAt: NOW - 3600,
  idleExpiresAt: NOW + 86_400,
  absoluteExpiresAt: NOW + 864_000,
  hasEnded: false,
  isUserDisabled: false,
};
const ROTATED_NOW = { ...LIVE, rotatedAt: NOW };
const OVER: readonly (readonly [string, Partial<RotationState>])[] = [
  ['the session was ended', { hasEnded: true }],
  ['the user is disabled', { isUserDisabled: true }],
  ['the idle lifetime is over', { idleExpiresAt: NOW }],
  ['the absolute lifetime is over', { absoluteExpiresAt: NOW }],
];

const decide = (state: RotationState, presented: number, now = NOW): RotationDecision =>
  decideRotation(state, presented, now, GRACE);

describe('a session that is over', () => {
  test.each(OVER)('refuses the current token when %s', (_name, change) => {
    expect(decide({ ...LIVE, ...change }, 7)).toEqual({ kind: 'refuse' });
  });

  test.each(OVER)('refuses and raises no alarm about an old token when %s', (_name, change) => {
    expect(decide({ ...LIVE, ...change }, 0)).toEqual({ kind: 'refuse' });
  });

  test.each(OVER)('refuses within the grace too when %s', (_name, change) => {
    expect(decide({ ...ROTATED_NOW, ...change }, 7)).toEqual({ kind: 'refuse' });
    expect(decide({ ...ROTATED_NOW, ...change }, 6)).toEqual({ kind: 'refuse' });
  });

  test.each(OVER)('refuses a counter that it never reached when %s', (_name, change) => {
    expect(decide({ ...LIVE, ...change }, 8)).toEqual({ kind: 'refuse' });
  });

  test.each(['idleExpiresAt', 'absoluteExpiresAt'] as const)(
    'is over at %s exactly, and alive just before',
    (lifetime) => {
      const state = { ...LIVE, [lifetime]: NOW + 100 };
      expect(decide(state, 7, NOW + 99.999).kind).toBe('rotate');
      expect(decide(state, 7, NOW + 100).kind).toBe('refuse');
      expect(decide(state, 7, NOW + 101).kind).toBe('refuse');
    },
  );
});

describe('within the grace of the last rotation', () => {
  test.each([0, 1, 29, 29.999])('after %d s the current token and its parent converge', (elapsed) => {
    expect(decide(ROTATED_NOW, 7, NOW + elapsed)).toEqual({ kind: 'converge' });
    expect(decide(ROTATED_NOW, 6, NOW + elapsed)).toEqual({ kind: 'converge' });
  });

  test.each([5, 4, 0])('counter %i, older than the parent, is reuse', (presented) => {
    expect(decide(ROTATED_NOW, presented)).toEqual({ kind: 'reuse' });
  });

  test('the first rotation has the token of the login as its parent', () => {
    expect(decide({ ...ROTATED_NOW, counter: 1 }, 0)).toEqual({ kind: 'converge' });
  });

  test('a clock that went back after a failover is still within it', () => {
    expect(decide({ ...LIVE, rotatedAt: NOW + 5 }, 6)).toEqual({ kind: 'converge' });
  });
});

describe('after the grace', () => {
  test.each([30, 30.001, 3600])('of %d s the current token rotates', (elapsed) => {
    expect(decide(ROTATED_NOW, 7, NOW + elapsed)).toEqual({ kind: 'rotate', counter: 8 });
  });

  test.each([30, 30.001, 3600])('of %d s the parent is reuse', (elapsed) => {
    expect(decide(ROTATED_NOW, 6, NOW + elapsed)).toEqual({ kind: 'reuse' });
  });

  test.each([5, 1, 0])('counter %i is reuse', (presented) => {
    expect(decide(LIVE, presented)).toEqual({ kind: 'reuse' });
  });

  test('of no seconds at all every parent is reuse', () => {
    expect(decideRotation(ROTATED_NOW, 6, NOW, 0)).toEqual({ kind: 'reuse' });
    expect(decideRotation(ROTATED_NOW, 7, NOW, 0)).toEqual({ kind: 'rotate', counter: 8 });
  });
});

describe('a session that never rotated', () => {
  test('rotates at once', () => {
    expect(decide({ ...LIVE, counter: 0, rotatedAt: null }, 0)).toEqual({ kind: 'rotate', counter: 1 });
  });
});

describe('a counter above the current one', () => {
  test.each([8, 9, 1_000, 2 ** 32 - 2])('%i was ours before the database lost writes: it is adopted', (presented) => {
    expect(decide(LIVE, presented)).toEqual({ kind: 'adopt', counter: presented + 1 });
    expect(decide(ROTATED_NOW, presented)).toEqual({ kind: 'adopt', counter: presented + 1 });
    expect(decide({ ...LIVE, counter: 0, rotatedAt: null }, presented)).toEqual({
      kind: 'adopt',
      counter: presented + 1,
    });
  });
});

test('every state and every token has one answer, and only a reuse ends a session', () => {
  const seen = new Map<string, number>();
  for (const counter of [0, 1, 2, 5]) {
    for (const rotatedAt of counter === 0 ? [null] : [NOW, NOW - 29, NOW - 30, NOW - 31]) {
      for (const change of [{}, ...OVER.map(([, over]) => over)]) {
        for (let presented = 0; presented <= 7; presented += 1) {
          const { kind } = decide({ ...LIVE, counter, rotatedAt, ...change }, presented);
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
          const isOver = Object.keys(change).length > 0;
          expect(kind === 'refuse').toBe(isOver);
          if (kind === 'reuse') expect(presented).toBeLessThan(counter);
          if (kind === 'rotate') expect(presented).toBe(counter);
          if (kind === 'adopt') expect(presented).toBeGreaterThan(counter);
        }
      }
    }
  }
  expect([...seen.keys()].sort()).toEqual(['adopt', 'converge', 'refuse', 'reuse', 'rotate']);
});
