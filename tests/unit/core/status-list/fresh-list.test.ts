import { describe, expect, it } from 'vitest';
import { firstFreshNumber } from '@/lib/core/status-list/fresh-list';
import { STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import { days } from '@/lib/core/time';

describe('the first number after a restore', () => {
  it.each([
    ['nothing was given out', 0, 0],
    ['the last number of a list was', STATUS_LIST_SIZE - 1, 0],
    ['the first number of a list was', STATUS_LIST_SIZE, 0],
    ['the clock of the backup was ahead', 641, -60],
    ['a day was lost', 641, days(1)],
  ])('begins a list that is a whole one beyond all that can be out: %s', (_, seen, lostSeconds) => {
    const first = firstFreshNumber(seen, lostSeconds);
    expect(first % STATUS_LIST_SIZE).toBe(0);
    expect(first).toBeGreaterThan(seen + STATUS_LIST_SIZE + Math.max(lostSeconds, 0) * 100);
  });

  it('leaves no more lists empty than the lost time asks for', () => {
    expect(firstFreshNumber(641, 0)).toBe(2 * STATUS_LIST_SIZE);
    expect(firstFreshNumber(641, days(1))).toBe(68 * STATUS_LIST_SIZE);
  });
});
