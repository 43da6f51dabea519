import { expect, test } from 'vitest';
import { singleFlight } from '@/lib/verifier/single-flight';

test('callers share the run that is under way, and the next one begins anew', async () => {
  let runs = 0;
  let finish: (value: number) => void = () => undefined;
  const work = singleFlight(() => {
    runs += 1;
    return new Promise<number>((resolve) => {
      finish = resolve;
    });
  });
  expect(work.isRunning()).toBe(false);
  const shared = Promise.all([work(), work(), work()]);
  expect([work.isRunning(), runs]).toEqual([true, 1]);
  finish(7);
  expect(await shared).toEqual([7, 7, 7]);
  expect(work.isRunning()).toBe(false);
  const next = work();
  finish(8);
  expect([await next, runs]).toEqual([8, 2]);
});

test('a failure is shared too, and does not stand in the way of the next run', async () => {
  let fails = true;
  const work = singleFlight(async () => {
    if (fails) throw new Error('broken');
    return 'done';
  });
  const [one, two] = await Promise.allSettled([work(), work()]);
  expect([one?.status, two?.status]).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await work()).toBe('done');
});
