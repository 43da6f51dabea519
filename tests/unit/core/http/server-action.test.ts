import { expect, test } from 'vitest';
import { mayNameAction } from '@/lib/core/http/server-action';

test.each([null, '0'.repeat(42), '7f4e1a'.repeat(7)])('%j may name a server action', (header) => {
  expect(mayNameAction(header)).toBe(true);
});

test.each([
  '',
  '123456',
  '__proto__',
  'A'.repeat(42),
  'Adci23zjoqzuoSPX'.repeat(3),
  `${'0'.repeat(42)}\n`,
  'a'.repeat(94),
])('%j names none, and must not reach a log', (header) => {
  expect(mayNameAction(header)).toBe(false);
});
