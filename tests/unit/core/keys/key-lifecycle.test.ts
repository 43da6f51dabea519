import { describe, expect, test } from 'vitest';
import {
  keyState,
  publishedUntil,
  readyAt,
  rotationDue,
  rotationDueAt,
  type SigningKeyDates,
} from '@/lib/core/keys/key-lifecycle';
import {
  KEY_SET_MAX_AGE_SECONDS,
  MAX_ACCESS_TTL_SECONDS,
  PUBLISH_AHEAD_SECONDS,
  RETIRED_KEY_SECONDS,
} from '@/lib/core/policy';

const NOW = 1_800_000_000;
const DAY = 86_400;

const key = (dates: Partial<SigningKeyDates>): SigningKeyDates => ({
  kid: 'kid',
  algorithm: 'ES256',
  slot: null,
  createdAt: NOW - 1_000_000,
  promotedAt: null,
  retiredAt: null,
  expiresAt: null,
  ...dates,
});

test('the times follow from how long the key set may be kept and how long a token may live', () => {
  expect(KEY_SET_MAX_AGE_SECONDS).toBe(60);
  expect(PUBLISH_AHEAD_SECONDS).toBe(120);
  expect(RETIRED_KEY_SECONDS).toBe(MAX_ACCESS_TTL_SECONDS + 60);
  expect(readyAt({ createdAt: NOW })).toBe(NOW + 120);
  expect(publishedUntil(NOW)).toBe(NOW + 960);
});

describe('a key', () => {
  const states: readonly [string, Partial<SigningKeyDates>, ReturnType<typeof keyState>][] = [
    [
      'made this moment waits',
      { slot: 'next', createdAt: NOW },
      { name: 'next', since: NOW, until: NOW + PUBLISH_AHEAD_SECONDS },
    ],
    [
      'published a moment too short waits',
      { slot: 'next', createdAt: NOW - PUBLISH_AHEAD_SECONDS + 0.001 },
      { name: 'next', since: NOW - 119.999, until: NOW + 0.001 },
    ],
    [
      'published long enough is ready',
      { slot: 'next', createdAt: NOW - PUBLISH_AHEAD_SECONDS },
      { name: 'ready', since: NOW, until: null },
    ],
    [
      'that signs is current since it was promoted',
      { slot: 'current', promotedAt: NOW - 5 },
      { name: 'current', since: NOW - 5, until: null },
    ],
    [
      'without a date of promotion is current since it was made',
      { slot: 'current' },
      { name: 'current', since: NOW - 1_000_000, until: null },
    ],
    [
      'that signs no more is retired until its last token is over',
      { retiredAt: NOW - 959.9, expiresAt: NOW + 0.1 },
      { name: 'retired', since: NOW - 959.9, until: NOW + 0.1 },
    ],
    [
      'is gone with the end of its last token',
      { retiredAt: NOW - 960, expiresAt: NOW },
      { name: 'gone', since: NOW, until: null },
    ],
    [
      'that was revoked is gone at once',
      { promotedAt: NOW - 9, retiredAt: NOW, expiresAt: NOW },
      { name: 'gone', since: NOW, until: null },
    ],
    [
      'that holds a slot beyond its end is gone all the same',
      { slot: 'next', expiresAt: NOW - 1 },
      { name: 'gone', since: NOW - 1, until: null },
    ],
  ];

  test.each(states)('%s', (_what, dates, state) => {
    expect(keyState(key(dates), NOW)).toEqual(state);
  });
});

describe('automatic rotation', () => {
  const current = (days: number) => key({ slot: 'current', promotedAt: NOW - days * DAY });
  const ready = key({ slot: 'next', createdAt: NOW - PUBLISH_AHEAD_SECONDS });
  const fresh = key({ slot: 'next', createdAt: NOW - PUBLISH_AHEAD_SECONDS + 1 });
  const retired = key({ promotedAt: NOW - 99 * DAY, retiredAt: NOW - 1, expiresAt: NOW + 959 });

  const cases: readonly [string, readonly SigningKeyDates[], number, ReturnType<typeof rotationDue>][] = [
    ['is off by default, however old the key', [current(9_999), ready], 0, 'off'],
    ['is not due before its day', [current(29.999), ready], 30, 'not_due'],
    ['is due on its day', [current(30), ready], 30, 'due'],
    ['waits for a next key that was published just now', [current(30), fresh], 30, 'waiting'],
    ['is not due, whatever the next key', [current(29), fresh], 30, 'not_due'],
    ['waits while there is no next key', [current(31)], 30, 'waiting'],
    ['counts from the current key, not from a retired one', [retired, current(1), ready], 30, 'not_due'],
    ['is due where nothing signs', [ready], 30, 'due'],
  ];

  test.each(cases)('%s', (_what, keys, everyDays, due) => {
    expect(rotationDue(keys, everyDays, NOW)).toBe(due);
  });

  test('names the day, or none', () => {
    expect(rotationDueAt([retired, current(10), ready], 30)).toBe(NOW + 20 * DAY);
    expect(rotationDueAt([current(10)], 0)).toBeNull();
    expect(rotationDueAt([ready], 30)).toBeNull();
  });
});
