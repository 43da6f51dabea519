import { expect, test } from 'vitest';
import {
  BROWSER_SESSION_SECONDS,
  CEREMONY_SECONDS,
  LAST_SEEN_STEP_SECONDS,
  MAX_BODY_BYTES,
  MAX_CODE_TRIES,
  MAX_LIVE_SESSIONS,
  REVOCATION_RETENTION_SECONDS,
  roundLastSeen,
  SESSION_RETENTION_SECONDS,
  type SessionPolicy,
  sessionLifetime,
} from '@/lib/core/policy';
import config from '@/next.config.js';
import { NOW } from '@/tests/fixtures/deterministic';

const POLICY: SessionPolicy = {
  idleSeconds: 604_800,
  absoluteSeconds: 2_592_000,
  graceSeconds: 30,
  accessTtlSeconds: 300,
};

test.each([
  ['a session of the browser: 12 h', BROWSER_SESSION_SECONDS, 43_200],
  ['a pending ceremony: 10 min', CEREMONY_SECONDS, 600],
  ['a step of "last seen": 5 min', LAST_SEEN_STEP_SECONDS, 300],
  ['a revocation: the longest access life that can be set and a minute', REVOCATION_RETENTION_SECONDS, 960],
  ['the row of an ended session: 30 d', SESSION_RETENTION_SECONDS, 2_592_000],
  ['tries of a code', MAX_CODE_TRIES, 5],
  ['live sessions of an account', MAX_LIVE_SESSIONS, 100],
])('%s', (_name, value, expected) => {
  expect(value).toBe(expected);
});

test('a remembered session has both lifetimes of the policy', () => {
  expect(sessionLifetime(POLICY, true)).toEqual({ idleSeconds: 604_800, absoluteSeconds: 2_592_000 });
});

test('any other session has one lifetime of half a day', () => {
  expect(sessionLifetime(POLICY, false)).toEqual({ idleSeconds: 43_200, absoluteSeconds: 43_200 });
});

test('no session outlives the absolute lifetime of the policy', () => {
  expect(sessionLifetime({ ...POLICY, absoluteSeconds: 3_600 }, false)).toEqual({
    idleSeconds: 3_600,
    absoluteSeconds: 3_600,
  });
});

test('"last seen" is rounded down to five minutes', () => {
  expect([0, 1, 299.9, 300, NOW + 299, NOW + 300].map(roundLastSeen)).toEqual([0, 0, 0, 300, NOW, NOW + 300]);
});

test('Next holds as much of a body as passes the middleware, and a chunk of a socket more, by which it sees a longer one', () => {
  const { proxyClientMaxBodySize, serverActions } = config.experimental ?? {};
  expect(MAX_BODY_BYTES).toBe(262_144);
  expect(serverActions?.bodySizeLimit).toBe(MAX_BODY_BYTES);
  expect(proxyClientMaxBodySize).toBe(MAX_BODY_BYTES + 65_536);
});
