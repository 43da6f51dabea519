import { expect, test } from 'vitest';
import { ForeseenIds } from '@/lib/server/telemetry/trace-ids';

const NAMED = 'a'.repeat(32);

test('the id of a trace that was named before is that of the trace, and of no other', () => {
  const ids = new ForeseenIds();
  expect(ids.foreseen(NAMED, () => ids.generateTraceId())).toBe(NAMED);
  expect(() =>
    ids.foreseen(NAMED, () => {
      throw new Error('no span');
    }),
  ).toThrow('no span');
  const others = Array.from({ length: 100 }, () => ids.generateTraceId());
  expect(others.every((id) => /^[0-9a-f]{32}$/.test(id) && id !== NAMED)).toBe(true);
  expect(new Set(others).size).toBe(100);
});
