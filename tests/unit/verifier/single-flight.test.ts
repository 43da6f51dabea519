import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Result } from '@/lib/core/failures';
import { type SingleFlight, singleFlight } from '@/lib/verifier/single-flight';

const TIMEOUT_MS = 1_000;

let nowMs: number;
let runs: { settle: (value: number) => void; refuse: (error: unknown) => void; signal: AbortSignal }[];
let landed: Result<number, string>[];
let flight: SingleFlight;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  nowMs = 0;
  runs = [];
  landed = [];
  flight = singleFlight<number>({
    timeoutMs: TIMEOUT_MS,
    monotonicMs: () => nowMs,
    work: (signal) => new Promise((settle, refuse) => runs.push({ settle, refuse, signal })),
    land: (outcome) => landed.push(outcome),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Time passes, and timers run as they should. */
async function pass(ms: number) {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

test('callers share the run that is under way, and the next one begins anew', async () => {
  expect(flight.isRunning()).toBe(false);
  const shared = Promise.all([flight(), flight(), flight()]);
  expect([flight.isRunning(), runs.length]).toEqual([true, 1]);
  runs[0]?.settle(7);
  await shared;
  expect([flight.isRunning(), landed]).toEqual([false, [{ ok: true, value: 7 }]]);
  const next = flight();
  runs[1]?.settle(8);
  await next;
  expect([runs.length, landed[1]]).toEqual([2, { ok: true, value: 8 }]);
});

test('a failure is shared too, by its name alone, and does not stand in the way of the next run', async () => {
  const shared = Promise.all([flight(), flight()]);
  runs[0]?.refuse(Object.assign(new TypeError('of https://x.example?secret'), { cause: { code: 'ECONNREFUSED' } }));
  await shared;
  expect(landed).toEqual([{ ok: false, code: 'TypeError ECONNREFUSED' }]);
  const next = flight();
  runs[1]?.settle(1);
  await next;
  expect(landed[1]).toEqual({ ok: true, value: 1 });
});

test('work that throws before its first wait fails as any other', async () => {
  const broken = singleFlight<number>({
    timeoutMs: TIMEOUT_MS,
    monotonicMs: () => nowMs,
    work: () => {
      throw new RangeError('broken');
    },
    land: (outcome) => landed.push(outcome),
  });
  await broken();
  expect([landed, broken.isRunning()]).toEqual([[{ ok: false, code: 'RangeError' }], false]);
});

describe('a run that is lost', () => {
  test('is given up at its deadline, for all who wait, and the next one begins', async () => {
    const waiting = Promise.all([flight(), flight()]);
    await pass(TIMEOUT_MS - 1);
    expect([flight.isRunning(), landed]).toEqual([true, []]);
    await pass(1);
    await waiting;
    expect([flight.isRunning(), landed]).toEqual([false, [{ ok: false, code: 'deadline' }]]);
    expect(runs[0]?.signal.aborted).toBe(true);
    const next = flight();
    runs[1]?.settle(2);
    await next;
    expect(landed[1]).toEqual({ ok: true, value: 2 });
  });

  test('is given up by the next caller where timers did not run, and those who waited wait no more', async () => {
    const waiting = flight();
    nowMs += TIMEOUT_MS - 1;
    expect(flight.isRunning()).toBe(true);
    nowMs += 1;
    expect(flight.isRunning()).toBe(false);
    const next = flight();
    expect(runs).toHaveLength(2);
    await waiting;
    runs[1]?.settle(3);
    await next;
    expect(landed).toEqual([
      { ok: false, code: 'deadline' },
      { ok: true, value: 3 },
    ]);
  });

  test.each([
    ['brings', (at: number) => runs[at]?.settle(666)],
    ['fails with', (at: number) => runs[at]?.refuse(new Error('late'))],
  ])('changes nothing by what it %s later, before or after the next one lands', async (_how, end) => {
    for (const later of ['before', 'after']) {
      const first = runs.length;
      landed = [];
      void flight();
      await pass(TIMEOUT_MS);
      const next = flight();
      if (later === 'before') end(first);
      await pass(0);
      expect(flight.isRunning()).toBe(true);
      runs[first + 1]?.settle(4);
      await next;
      if (later === 'after') end(first);
      await pass(0);
      expect(landed).toEqual([
        { ok: false, code: 'deadline' },
        { ok: true, value: 4 },
      ]);
    }
  });

  test('leaves no timer behind when it was not lost after all', async () => {
    const run = flight();
    runs[0]?.settle(1);
    await run;
    expect(vi.getTimerCount()).toBe(0);
  });
});
