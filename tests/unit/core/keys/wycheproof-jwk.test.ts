import { expect, test } from 'vitest';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { hasValidSignature, selectKey, splitCompactJws } from '@/lib/core/token/compact-jws';
import vectors from '../../../fixtures/vectors/wycheproof/json_web_key_test.json';

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const cases = vectors.testGroups.flatMap((group) => {
  const { public: open, private: closed } = asRecord(group);
  return group.tests.map(({ tcId, comment, jws, result }) => ({
    tcId,
    comment,
    jws,
    result,
    set: asRecord(open ?? closed),
  }));
});

test('the file is the one that was counted', () => {
  expect([vectors.numberOfTests, cases.length]).toEqual([26, 26]);
});

/** A set as it stands, and as ours would be if it held one such key alone. */
const setsOf = (set: Record<string, unknown>): unknown[] => [set, { keys: [set] }];

test.each(cases)('$tcId ($comment) is refused: no key in it is one of ours', async ({ jws, set }) => {
  // Five are labelled valid: three by symmetric keys, one by a symmetric set, one by an RSA key of 2,048 bits.
  for (const document of setsOf(set)) expect(await accepts(document, jws)).toBe(false);
});

async function accepts(document: unknown, jws: string): Promise<boolean> {
  const split = splitCompactJws(jws, 4096);
  if (!split.ok) return false;
  const key = selectKey(split.value.header, (await importJwkSet(document)) ?? new Map());
  return key.ok && (await hasValidSignature(split.value, key.value));
}

test.each([
  [1, 'the elliptic key of a set that mixes it with a symmetric one', ['kid-ec-sign']],
  [4, 'nothing of a kid that occurs twice', []],
  [7, 'no RSA key that ROCA breaks', []],
  [8, 'no RSA key of 1,024 bits', []],
  [9, 'no RSA key with exponent 1', []],
  [19, 'no P-256 key that says ES521', []],
  [20, 'no P-256 key that says ES224', []],
  [21, 'no key for encryption', []],
  [22, 'no point off the curve', []],
  [23, 'no P-256 point that says P-384', []],
  [24, 'no elliptic key that says RSA', []],
])('set %i: a verifier keeps %s', async (id, _what, kids) => {
  const found = cases.find(({ tcId }) => tcId === id);
  expect(found).toBeDefined();
  expect([...((await importJwkSet(found?.set)) ?? new Map()).keys()]).toEqual(kids);
});
