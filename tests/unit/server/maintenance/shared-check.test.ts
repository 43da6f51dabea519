import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sharedCheck } from '@/lib/server/maintenance/shared-check';

type Run = { settle: (value: { at: number }) => void; refuse: (error: unknown) => void; signal: AbortSignal };
let runs: Run[];
let lines: { event: string; part: string; reason?: string }[];
let ask: () => Promise<{ at: number } | null>;
let count = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  runs = [];
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)));
    return true;
  });
  count += 1;
  ask = sharedCheck(`part${count}`, (signal) => new Promise((settle, refuse) => runs.push({ settle, refuse, signal })));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const last = () => runs.at(-1);

describe('a check', () => {
  test('is run once for all who come meanwhile, and its answer is good for a second', async () => {
    const all = Promise.all([ask(), ask(), ask()]);
    last()?.settle({ at: 1 });
    expect(await all).toEqual([{ at: 1 }, { at: 1 }, { at: 1 }]);
    await pass(999);
    expect(await ask()).toEqual({ at: 1 });
    expect(runs).toHaveLength(1);
    await pass(1);
    const next = ask();
    last()?.settle({ at: 2 });
    expect(await next).toEqual({ at: 2 });
    expect(runs).toHaveLength(2);
  });

  test('that takes longer than a second is still the only one', async () => {
    const first = ask();
    await pass(2_500);
    const second = ask();
    expect(runs).toHaveLength(1);
    last()?.settle({ at: 1 });
    expect(await Promise.all([first, second])).toEqual([{ at: 1 }, { at: 1 }]);
  });

  test('that never ends is waited for three seconds, then begun again; what it says later is not heard', async () => {
    const first = ask();
    await pass(3_000);
    expect(await first).toBeNull();
    expect(last()?.signal.aborted).toBe(true);
    const second = ask();
    runs[0]?.settle({ at: 1 });
    last()?.settle({ at: 2 });
    expect(await second).toEqual({ at: 2 });
    expect(await ask()).toEqual({ at: 2 });
  });

  test('is begun again after three seconds where timers did not run', async () => {
    void ask();
    vi.setSystemTime(Date.now() + 3_000);
    const second = ask();
    expect(runs).toHaveLength(2);
    last()?.settle({ at: 2 });
    expect(await second).toEqual({ at: 2 });
  });

  test('that fails is not begun again within the second either', async () => {
    const first = ask();
    last()?.refuse(new Error('gone'));
    expect([await first, await ask()]).toEqual([null, null]);
    expect(runs).toHaveLength(1);
  });
});

test('the log hears when it begins to fail and when that is over, not each time', async () => {
  const told = () => lines.map(({ event, part }) => `${event} ${part}`);
  for (let time = 0; time < 5; time += 1) {
    const asked = ask();
    last()?.refuse(new Error('gone'));
    await asked;
    await pass(1_000);
  }
  expect(told()).toEqual([`health.away part${count}`]);
  for (let time = 0; time < 5; time += 1) {
    const asked = ask();
    last()?.settle({ at: time });
    await asked;
    await pass(1_000);
  }
  expect(told()).toEqual([`health.away part${count}`, `health.back part${count}`]);
});
