import { base64url } from 'jose';
import { describe, expect, test } from 'vitest';
import { importJwkSet, type VerifyingKey, type VerifyingKeys } from '@/lib/core/keys/jwk-set';
import { hasValidSignature, selectKey, splitCompactJws } from '@/lib/core/token/compact-jws';
import cryptoVectors from '../../../fixtures/vectors/wycheproof/json_web_crypto_test.json';
import encryptionVectors from '../../../fixtures/vectors/wycheproof/json_web_encryption_test.json';
import signatureVectors from '../../../fixtures/vectors/wycheproof/json_web_signature_test.json';

type Jwk = Record<string, unknown>;
type Case = {
  readonly tcId: number;
  readonly jws: string;
  readonly kid: string;
  readonly key: Jwk;
  readonly isValid: boolean;
};

const asRecord = (value: unknown): Jwk => (typeof value === 'object' && value !== null ? { ...value } : {});

/** Every JWS of a file with the key of its group, the public half where there is one. */
function casesOf(groups: readonly { readonly tests: readonly unknown[] }[]): Case[] {
  return groups.flatMap((group) => {
    const { public: open, private: closed } = asRecord(group);
    const key = asRecord(open ?? closed);
    return group.tests.flatMap((entry) => {
      const { tcId, jws, result } = asRecord(entry);
      if (jws === undefined) return [];
      return [
        {
          tcId: Number(tcId),
          jws: typeof jws === 'string' ? jws : JSON.stringify(jws),
          kid: String(key['kid']),
          key,
          isValid: result === 'valid',
        },
      ];
    });
  });
}

const jwsCases = casesOf(signatureVectors.testGroups);

/** Accepted by the steps of our verification that come before claims. */
async function isAccepted(jws: string, keys: VerifyingKeys): Promise<boolean> {
  const split = splitCompactJws(jws, 4096);
  if (!split.ok) return false;
  const key = selectKey(split.value.header, keys);
  return key.ok && hasValidSignature(split.value, key.value);
}

async function acceptedBy(keysOf: (of: Case) => Promise<VerifyingKeys>): Promise<number[]> {
  const accepted: number[] = [];
  for (const one of jwsCases) if (await isAccepted(one.jws, await keysOf(one))) accepted.push(one.tcId);
  return accepted;
}

test('the files are the ones that were counted', () => {
  expect([signatureVectors.numberOfTests, jwsCases.length]).toEqual([401, 401]);
  expect([encryptionVectors.numberOfTests, cryptoVectors.numberOfTests]).toEqual([139, 83]);
  expect(jwsCases.filter(({ isValid }) => isValid)).toHaveLength(46);
});

test('of 401 signatures exactly the two valid ones by a key that we would publish are accepted', async () => {
  // Keys as a key set gives them. The vectors' RSA keys have 2,048 bits, fewer than ours, and are passed over.
  const accepted = await acceptedBy(async ({ key }) => (await importJwkSet({ keys: [key] })) ?? new Map());
  expect(accepted).toEqual([18, 378]);
});

describe.each<[VerifyingKey['algorithm'], AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams, number[]]>([
  // 354 and 356 are labelled invalid because their key is for encryption: by use, by key_ops.
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }, [18, 354, 356, 378]],
  // So are 353 and 355; 332 because the key says PS512.
  ['RS256', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, [33, 259, 260, 261, 262, 263, 332, 345, 349, 353, 355]],
  ['EdDSA', { name: 'Ed25519' }, []],
])('with every key forced to be one of %s', (algorithm, params, expected) => {
  const load = async ({ key, kid }: Case): Promise<VerifyingKeys> => {
    try {
      const { alg: _alg, use: _use, key_ops: _ops, d: _d, ...open } = key;
      const bare = { kty: open['kty'], crv: open['crv'], x: open['x'], y: open['y'], n: open['n'], e: open['e'] };
      const jwk: JsonWebKey = JSON.parse(JSON.stringify(bare));
      const imported = await crypto.subtle.importKey('jwk', jwk, params, false, ['verify']);
      return new Map([[kid, { algorithm, key: imported }]]);
    } catch {
      return new Map();
    }
  };

  test(`only the signatures ${expected.join(', ') || '(none)'} pass our splitting and checking`, async () => {
    const accepted = await acceptedBy(load);
    expect(accepted.filter((id) => !expected.includes(id))).toEqual([]);
    // The gate refuses empty payloads (259): a claims set is never empty.
    expect(expected.filter((id) => !accepted.includes(id))).toEqual(algorithm === 'RS256' ? [259] : []);
  });
});

test('none of 139 encrypted tokens and none of the older collection is taken for a signed one', async () => {
  const [ec] = jwsCases.filter(({ tcId }) => tcId === 18);
  const keys = (await importJwkSet({ keys: [ec?.key] })) ?? new Map();
  expect(keys.size).toBe(1);
  const tokens = encryptionVectors.testGroups.flatMap((group) => group.tests.map((entry) => asRecord(entry)['jwe']));
  expect(tokens).toHaveLength(139);
  for (const token of tokens) {
    const text = typeof token === 'string' ? token : JSON.stringify(token);
    expect(splitCompactJws(text, 1_000_000).ok).toBe(false);
  }
});

test('the older collection gives the same answers', async () => {
  const older = casesOf(cryptoVectors.testGroups);
  expect(older).toHaveLength(49);
  const accepted: number[] = [];
  for (const { tcId, jws, key } of older) {
    if (await isAccepted(jws, (await importJwkSet(Array.isArray(key['keys']) ? key : { keys: [key] })) ?? new Map()))
      accepted.push(tcId);
  }
  expect(accepted).toEqual(
    older.filter(({ key, isValid }) => isValid && key['alg'] === 'ES256').map(({ tcId }) => tcId),
  );
});

test('no accepted token has a second spelling', () => {
  for (const { jws, isValid } of jwsCases.filter(({ isValid }) => isValid)) {
    const split = splitCompactJws(jws, 4096);
    if (!split.ok) continue;
    expect(isValid).toBe(true);
    expect(jws.split('.').every((part) => base64url.encode(base64url.decode(part)) === part)).toBe(true);
  }
});
