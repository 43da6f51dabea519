import { createHeaderAndPayload, StatusList as ForeignList, getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import { beforeAll, describe, expect, test } from 'vitest';
import { STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import { isRevoked, signStatusList, statusBits, verifyStatusList } from '@/lib/core/status-list/status-list';
import { NOW, seededNumbers } from '@/tests/fixtures/deterministic';
import { signCompact, type TestKey, testKey } from '@/tests/fixtures/signing';

const URI = 'https://app.handstamp.example/status-lists/7';
let key: TestKey;

beforeAll(async () => {
  key = await testKey('ES256');
});

const random = seededNumbers(11);
const ENDED = new Set(Array.from({ length: 400 }, () => Math.floor(random() * STATUS_LIST_SIZE)));

describe('lists and another implementation of the same draft', () => {
  test('a list written here says the same there', async () => {
    const list = getListFromStatusListJWT(await signStatusList(statusBits(ENDED), URI, key.signing, NOW));
    expect(list.getBitsPerStatus()).toBe(1);
    const ended = Array.from({ length: STATUS_LIST_SIZE }, (_, index) => index).filter((index) =>
      list.getStatus(index),
    );
    expect(ended).toEqual([...ENDED].sort((a, b) => a - b));
  });

  test('a list written there is read here', async () => {
    const statuses = Array.from({ length: STATUS_LIST_SIZE }, (_, index) => (ENDED.has(index) ? 1 : 0));
    const { header, payload } = createHeaderAndPayload(
      new ForeignList(statuses, 1),
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
      isRevoked(verified.value, index) === (status === 1) ? [] : [index],
    );
    expect(wrong).toEqual([]);
  });
});
