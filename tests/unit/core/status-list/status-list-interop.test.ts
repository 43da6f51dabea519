import { createHeaderAndPayload, StatusList as ForeignList, getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import { beforeAll, describe, expect, test } from 'vitest';
import { STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import { signStatusList, statusAt, statusBytes, verifyStatusList } from '@/lib/core/status-list/status-list';
import { NOW, seededNumbers } from '@/tests/fixtures/deterministic';
import { signCompact, type TestKey, testKey } from '@/tests/fixtures/signing';

const URI = 'https://app.handstamp.example/status-lists/7';
let key: TestKey;

beforeAll(async () => {
  key = await testKey('ES256');
});

const random = seededNumbers(11);
const ENDED = new Set(Array.from({ length: 400 }, () => Math.floor(random() * STATUS_LIST_SIZE)));
const STALE = new Set(Array.from({ length: 400 }, () => Math.floor(random() * STATUS_LIST_SIZE)));
const STATUSES = Array.from({ length: STATUS_LIST_SIZE }, (_, index) => {
  if (ENDED.has(index)) return 1;
  return STALE.has(index) ? 3 : 0;
});
const WORDS = ['valid', 'revoked', 'revoked', 'stale'];

describe('lists and another implementation of the same draft', () => {
  test('a list written here says the same there', async () => {
    const marks = STATUSES.flatMap((status, index) =>
      status === 0 ? [] : [[index, status === 3 ? 'stale' : 'revoked'] as const],
    );
    const list = getListFromStatusListJWT(await signStatusList(statusBytes(marks), URI, key.signing, NOW));
    expect(list.getBitsPerStatus()).toBe(2);
    expect(STATUSES.map((_, index) => list.getStatus(index))).toEqual(STATUSES);
  });

  test.each([1, 2] as const)('a list written there with %i bits a place is read here', async (bits) => {
    const statuses = bits === 2 ? STATUSES : STATUSES.map((status) => (status === 1 ? 1 : 0));
    const { header, payload } = createHeaderAndPayload(
      new ForeignList(statuses, bits),
      { iss: 'https://app.handstamp.example', sub: URI, iat: NOW, exp: NOW + 60, ttl: 2 },
      { alg: key.algorithm, typ: 'statuslist+jwt', kid: key.kid },
    );
    const verified = await verifyStatusList(
      await signCompact(header, payload, key.signing),
      URI,
      key.verifying,
      NOW,
      0,
    );
    if (!verified.ok) throw new Error(verified.code);
    const wrong = statuses.flatMap((status, index) =>
      statusAt(verified.value, index) === WORDS[status] ? [] : [index],
    );
    expect(wrong).toEqual([]);
  });
});
