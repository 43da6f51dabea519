import { beforeAll, describe, expect, test } from 'vitest';
import {
  listOfUri,
  parseListNumber,
  STATUS_LIST_SIZE,
  type StatusIndex,
  statusIndex,
  statusListUri,
} from '@/lib/core/status-list/status-index';
import { secretNumber } from '@/tests/fixtures/root-secrets';

const ISSUER = 'https://app.handstamp.example';
let positionOf: StatusIndex['positionOf'];
let numberAt: StatusIndex['numberAt'];

beforeAll(async () => {
  ({ positionOf, numberAt } = await statusIndex(secretNumber(1)));
});

describe('the place of a session', () => {
  test('is its own: the first 2^17 numbers fill the whole list', () => {
    const taken = new Uint8Array(STATUS_LIST_SIZE);
    for (let number = 0; number < STATUS_LIST_SIZE; number += 1) {
      const { list, index } = positionOf(number);
      if (list !== 0 || index < 0 || index >= STATUS_LIST_SIZE || !Number.isInteger(index))
        throw new Error(`${number} → ${list}/${index}`);
      taken[index] = (taken[index] ?? 0) + 1;
    }
    expect(taken.every((times) => times === 1)).toBe(true);
  });

  test('is in the next list for the next 2^17', () => {
    expect(positionOf(STATUS_LIST_SIZE - 1).list).toBe(0);
    expect(positionOf(STATUS_LIST_SIZE)).toEqual({ list: 1, index: positionOf(0).index });
    expect(positionOf(STATUS_LIST_SIZE * 3 + 5)).toEqual({ list: 3, index: positionOf(5).index });
  });

  test('is found for numbers that 32 bits cannot hold', () => {
    const number = 2 ** 45 + 12_345;
    expect(positionOf(number)).toEqual({
      list: Math.floor(number / STATUS_LIST_SIZE),
      index: positionOf(number % STATUS_LIST_SIZE).index,
    });
  });

  test('leads back to its number: all of a list, and numbers that 32 bits cannot hold', () => {
    for (let number = 0; number < STATUS_LIST_SIZE; number += 1) {
      if (numberAt(positionOf(number)) !== number) throw new Error(`${number} is not found again`);
    }
    const large = 2 ** 45 + 12_345;
    expect(numberAt(positionOf(large))).toBe(large);
  });

  test('is the same every time', async () => {
    const again = await statusIndex(secretNumber(1));
    for (let number = 0; number < 1_000; number += 1) expect(again.positionOf(number)).toEqual(positionOf(number));
  });

  test('is another one under another key', async () => {
    const other = await statusIndex(secretNumber(2));
    let same = 0;
    for (let number = 0; number < STATUS_LIST_SIZE; number += 1)
      if (other.positionOf(number).index === positionOf(number).index) same += 1;
    // A random permutation keeps one place on average.
    expect(same).toBeLessThan(20);
  });

  test('does not show the order of the numbers', () => {
    let steps = 0;
    let rises = 0;
    for (let number = 1; number < 10_000; number += 1) {
      const [before, after] = [positionOf(number - 1).index, positionOf(number).index];
      if (Math.abs(after - before) < 16) steps += 1;
      if (after > before) rises += 1;
    }
    expect(steps).toBeLessThan(50);
    expect(rises).toBeGreaterThan(4_600);
    expect(rises).toBeLessThan(5_400);
  });
});

describe('the address of a list', () => {
  test.each([0, 1, 7, 999_999_999])('%i is read back', (list) => {
    expect(listOfUri(ISSUER, statusListUri(ISSUER, list))).toBe(list);
  });

  test.each([
    `${ISSUER}/status-lists/`,
    `${ISSUER}/status-lists/01`,
    `${ISSUER}/status-lists/00`,
    `${ISSUER}/status-lists/-1`,
    `${ISSUER}/status-lists/+1`,
    `${ISSUER}/status-lists/1.0`,
    `${ISSUER}/status-lists/1e3`,
    `${ISSUER}/status-lists/0x1`,
    `${ISSUER}/status-lists/1/`,
    `${ISSUER}/status-lists/1?x`,
    `${ISSUER}/status-lists/1#x`,
    `${ISSUER}/status-lists/ 1`,
    `${ISSUER}/status-lists/1\n`,
    `${ISSUER}/status-lists/١`,
    `${ISSUER}/status-lists/%31`,
    `${ISSUER}/status-lists/../admin`,
    `${ISSUER}/status-lists/1000000000`,
    `${ISSUER}//status-lists/1`,
    `${ISSUER}/Status-Lists/1`,
    `${ISSUER}:443/status-lists/1`,
    `${ISSUER}.evil.example/status-lists/1`,
    'https://evil.example/status-lists/1',
    'http://app.handstamp.example/status-lists/1',
    'HTTPS://app.handstamp.example/status-lists/1',
    'https://app.handstamp.example@evil.example/status-lists/1',
    'http://169.254.169.254/status-lists/1',
    'file:///status-lists/1',
    '/status-lists/1',
    '',
  ])('%j is none', (uri) => {
    expect(listOfUri(ISSUER, uri)).toBeNull();
  });
});

test.each(['', '-0', '00', '1 ', 'NaN', 'Infinity', '1_000', '0.5'])('%j is no number of a list', (text) => {
  expect(parseListNumber(text)).toBeNull();
});
