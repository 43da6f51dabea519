import { expect, test } from 'vitest';
import { sessionFacts } from '@/lib/core/token/session-facts';
import { CLAIMS } from '@/tests/fixtures/access-tokens';

test('a page gets of its session what it may show: no issuer, no name of the token, times as text', () => {
  expect(sessionFacts({ ...CLAIMS, auth_time: 0, exp: 1_795_411_500 })).toEqual({
    sub: CLAIMS.sub,
    sid: CLAIMS.sid,
    role: 'member',
    amr: ['pwd'],
    authTime: '1970-01-01T00:00:00.000Z',
    expiresAt: '2026-11-23T05:25:00.000Z',
  });
});
