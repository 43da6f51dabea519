import { expect, test } from 'vitest';
import { days, fromDate, hours, minutes, seconds, toIso } from '@/lib/core/time';

test('durations are seconds', () => {
  expect([seconds(3), minutes(15), hours(12), days(30)]).toEqual([3, 900, 43_200, 2_592_000]);
});

test('times in answers are ISO 8601 in UTC, to the millisecond', () => {
  expect(toIso(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(toIso(1_795_411_200.5)).toBe('2026-11-23T05:20:00.500Z');
});

test('times beyond 2038 are times like others', () => {
  expect(toIso(2 ** 31 + 1)).toBe('2038-01-19T03:14:09.000Z');
});

test('a date keeps its milliseconds', () => {
  expect(fromDate(new Date('2026-11-23T05:20:00.250Z'))).toBe(1_795_411_200.25);
});
