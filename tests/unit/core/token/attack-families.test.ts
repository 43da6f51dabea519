import { beforeAll, expect, test } from 'vitest';
import type { VerifyingKeys } from '@/lib/core/keys/jwk-set';
import { outcomeOf } from '../../../fixtures/access-tokens';
import { attackMaterial } from '../../../fixtures/attack-material';
import { FAMILIES } from '../../../proof/token-attacks/families';
import { type Forge, forgeOf } from '../../../proof/token-attacks/forge';

// This file runs on Node and on an edge runtime: both give the code that stands beside each token.

let forge: Forge;
let keys: VerifyingKeys;

beforeAll(async () => {
  const { material, key } = await attackMaterial();
  forge = forgeOf(material);
  keys = key.verifying;
});

// Promise: Known token attacks are refused
test('there are sixty-one families, each with an id of its own', () => {
  const named = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
  expect(FAMILIES.map(({ id }) => id)).toEqual([...named('A', 27), ...named('B', 8), ...named('C', 26)]);
});

test.each(
  FAMILIES.flatMap(({ id, attack, tokens }) => (tokens === undefined ? [] : [[`${id}: ${attack}`, tokens] as const])),
)('%s', async (_family, tokens) => {
  const attempts = await tokens(forge);
  const outcomes = await Promise.all(
    attempts.map(async ({ name, token, codes }) => {
      const code = await outcomeOf(token, keys);
      return codes.includes(code) ? [] : [`${name}: ${code}, not ${codes.join(' or ')}`];
    }),
  );
  expect(attempts.length).toBeGreaterThan(0);
  expect(outcomes.flat()).toEqual([]);
});
