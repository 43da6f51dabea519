import { beforeAll, describe, expect, test } from 'vitest';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { issueAccessToken, verifyAccessToken } from '@/lib/core/token/access-token';
import type { AccessClaims } from '@/lib/core/token/claims';
import { ABOUT, CLAIMS, headerOf, ISSUER, outcomeOf, signClaims, signHeader } from '../../../fixtures/access-tokens';
import { bytesOf, constantBytes, countingBytes, NOW, platformBytes } from '../../../fixtures/deterministic';
import { partsOf, readPart, signCompact, type TestKey, testKey, verifyingKeys } from '../../../fixtures/signing';

const EXPECTED = { issuer: ISSUER, audience: ISSUER };
const VALID = async () => 'valid' as const;
const keys = new Map<SigningAlgorithm, TestKey>();
const keyFor = (algorithm: SigningAlgorithm): TestKey => {
  const key = keys.get(algorithm);
  if (key === undefined) throw new Error('made before all tests');
  return key;
};

beforeAll(async () => {
  for (const algorithm of SIGNING_ALGORITHMS) keys.set(algorithm, await testKey(algorithm));
});

describe.each([
  ['ES256', 700],
  ['EdDSA', 700],
  ['RS256', 1200],
] as const)('a token signed with %s', (algorithm, maxBytes) => {
  const issue = () => issueAccessToken(ABOUT, 300, keyFor(algorithm).signing, NOW, platformBytes);

  test('is accepted with the claims that it was issued with', async () => {
    const { token, claims } = await issue();
    const result = await verifyAccessToken(token, keyFor(algorithm).verifying, EXPECTED, NOW, VALID);
    expect(result).toEqual({ ok: true, value: claims });
    expect(claims).toMatchObject(ABOUT);
  });

  test(`is smaller than ${maxBytes} bytes`, async () => {
    expect((await issue()).token.length).toBeLessThan(maxBytes);
  });

  test(`is smaller than ${maxBytes} bytes for an origin of 37 characters and the longest amr`, async () => {
    const origin = 'https://handstamp-git-next.vercel.app';
    const status_list = { idx: 131_071, uri: `${origin}/status-lists/12` };
    const about = {
      ...ABOUT,
      iss: origin,
      aud: origin,
      role: 'member',
      amr: ['pwd', 'otp', 'mfa'],
      status: { status_list },
    } as const;
    const { token } = await issueAccessToken(about, 900, keyFor(algorithm).signing, NOW, platformBytes);
    expect(token.length).toBeLessThan(maxBytes);
  });

  test('names its type, its key and the algorithm of the key in its header, and no more', async () => {
    const [header] = partsOf((await issue()).token);
    expect(readPart(header)).toEqual({ alg: algorithm, typ: 'at+jwt', kid: keyFor(algorithm).kid });
  });

  test('is refused with any of its parts taken from another token', async () => {
    const [one, two] = [partsOf((await issue()).token), partsOf(await signClaims(keyFor(algorithm), { sub: 'other' }))];
    expect(await outcomeOf([one[0], two[1], one[2]].join('.'), keyFor(algorithm).verifying)).toBe('bad_signature');
    expect(await outcomeOf([one[0], one[1], two[2]].join('.'), keyFor(algorithm).verifying)).toBe('bad_signature');
  });

  test('is refused by another key under the same kid', async () => {
    const [mine, other] = [keyFor(algorithm), await testKey(algorithm, 'another')];
    const imposed = new Map([...other.verifying.values()].map((key) => [mine.kid, key]));
    expect(await outcomeOf((await issue()).token, imposed)).toBe('bad_signature');
  });
});

describe('the claims', () => {
  test('are those of the contract and no others', async () => {
    const { token } = await issueAccessToken(ABOUT, 300, keyFor('ES256').signing, NOW, platformBytes);
    const ofRfc9068 = ['iss', 'aud', 'sub', 'client_id', 'jti', 'iat', 'exp', 'auth_time'];
    const members = [...ofRfc9068, 'sid', 'role', 'amr', 'status'];
    expect(Object.keys(readPart(partsOf(token)[1])).sort()).toEqual(members.sort());
  });

  test('hold no e-mail and no name, even when the caller has them at hand', async () => {
    const about = { ...ABOUT, email: 'person@example.com', name: 'Ada' };
    const { token, claims } = await issueAccessToken(about, 300, keyFor('ES256').signing, NOW, platformBytes);
    expect(Object.keys({ ...readPart(partsOf(token)[1]), ...claims })).not.toEqual(expect.arrayContaining(['email']));
    expect(Object.keys({ ...readPart(partsOf(token)[1]), ...claims })).not.toEqual(expect.arrayContaining(['name']));
  });

  test('say the network of a bound session, and have no member for it or for claims of a product where there is none', async () => {
    const signing = keyFor('ES256').signing;
    const bound = await issueAccessToken({ ...ABOUT, net: 'AQIDBAUGBwgJ' }, 300, signing, NOW, platformBytes);
    expect([bound.claims.net, readPart(partsOf(bound.token)[1])['net']]).toEqual(['AQIDBAUGBwgJ', 'AQIDBAUGBwgJ']);
    const verified = await verifyAccessToken(bound.token, keyFor('ES256').verifying, EXPECTED, NOW, VALID);
    expect(verified).toEqual({ ok: true, value: bound.claims });
    const free = await issueAccessToken(ABOUT, 300, signing, NOW, platformBytes);
    expect(['net', 'own'].filter((name) => Object.hasOwn(free.claims, name))).toEqual([]);
  });

  test('begin at the whole second of the time given', async () => {
    const { claims } = await issueAccessToken(ABOUT, 300, keyFor('ES256').signing, NOW + 0.999, platformBytes);
    expect(claims.iat).toBe(NOW);
  });

  test('have a jti of their own', async () => {
    const random = countingBytes();
    const issued = [];
    for (let n = 0; n < 5; n += 1)
      issued.push(await issueAccessToken(ABOUT, 300, keyFor('ES256').signing, NOW, random));
    expect(new Set(issued.map(({ claims }) => claims.jti)).size).toBe(5);
    expect(issued[0]?.claims.jti).toMatch(/^[A-Za-z0-9_-]{12}$/);
  });
});

describe('the life of a token', () => {
  const lifeOf = async (ttlSeconds: number, byte: number) => {
    const { claims } = await issueAccessToken(ABOUT, ttlSeconds, keyFor('ES256').signing, NOW, constantBytes(byte));
    return claims.exp - claims.iat;
  };

  test.each([60, 300, 900])(
    'of %i s is never longer than that and never shorter by more than a fifth',
    async (ttlSeconds) => {
      expect(await lifeOf(ttlSeconds, 0)).toBe(ttlSeconds);
      for (const byte of [1, 64, 128, 200, 254, 255]) {
        const life = await lifeOf(ttlSeconds, byte);
        expect(Number.isInteger(life)).toBe(true);
        expect(life).toBeLessThanOrEqual(ttlSeconds);
        expect(life).toBeGreaterThanOrEqual(ttlSeconds * 0.8);
      }
    },
  );

  test('is shortened by the first byte first, and never made longer by the second', async () => {
    const life = async (...bytes: readonly number[]) => {
      const random = (length: number) => bytesOf(...bytes, ...new Array<number>(length).fill(0)).slice(0, length);
      const { claims } = await issueAccessToken(ABOUT, 900, keyFor('ES256').signing, NOW, random);
      return claims.exp - claims.iat;
    };
    expect([await life(0, 0), await life(0, 255), await life(1, 127)]).toEqual([900, 900, 899]);
    expect([await life(128, 0), await life(255, 255)]).toEqual([810, 721]);
  });

  test('of 300 s is spread over a whole minute', async () => {
    const lives = new Set<number>();
    for (let byte = 0; byte < 256; byte += 1) lives.add(await lifeOf(300, byte));
    expect(Math.max(...lives) - Math.min(...lives)).toBe(59);
    expect(lives.size).toBe(60);
  });
});

describe('time', () => {
  const at = async (changes: Partial<AccessClaims>) =>
    outcomeOf(await signClaims(keyFor('ES256'), changes), keyFor('ES256').verifying);

  test.each([
    [NOW - 300, 'expired'],
    [NOW - 1, 'expired'],
    [NOW, 'expired'],
    [NOW + 1, 'accepted'],
  ])('exp %i is without tolerance', async (exp, outcome) => {
    expect(await at({ exp })).toBe(outcome);
  });

  test.each([
    [NOW, 'accepted'],
    [NOW + 60, 'accepted'],
    [NOW + 61, 'issued_in_future'],
    [NOW + 86_400, 'issued_in_future'],
  ])('iat %i may lie a minute ahead', async (iat, outcome) => {
    expect(await at({ iat, exp: iat + 300 })).toBe(outcome);
  });

  test('with a fraction is compared as it is', async () => {
    const key = keyFor('ES256');
    const token = await signClaims(key, { exp: NOW });
    const verify = (now: number) => verifyAccessToken(token, key.verifying, EXPECTED, now, VALID);
    expect((await verify(NOW - 0.001)).ok).toBe(true);
    expect(await verify(NOW + 0.001)).toEqual({ ok: false, code: 'expired' });
  });
});

test('one audience of several may be accepted, and no other', async () => {
  const key = keyFor('ES256');
  const audience = ['https://billing.example', ISSUER];
  const verify = async (aud: string) =>
    verifyAccessToken(await signClaims(key, { aud }), key.verifying, { issuer: ISSUER, audience }, NOW, VALID);
  expect((await verify(ISSUER)).ok).toBe(true);
  expect((await verify('https://billing.example')).ok).toBe(true);
  expect(await verify('https://billing')).toEqual({ ok: false, code: 'wrong_audience' });
  expect(await verify(audience.join())).toEqual({ ok: false, code: 'wrong_audience' });
});

describe('the status', () => {
  test.each([
    ['valid', 'accepted'],
    ['revoked', 'revoked'],
    ['stale', 'stale_claims'],
    ['unavailable', 'status_unavailable'],
  ] as const)('%s gives %s', async (status, outcome) => {
    const key = keyFor('ES256');
    const result = await verifyAccessToken(await signClaims(key), key.verifying, EXPECTED, NOW, async () => status);
    expect(result.ok ? 'accepted' : result.code).toBe(outcome);
  });

  test('is asked with the verified claims', async () => {
    const key = keyFor('ES256');
    const asked: AccessClaims[] = [];
    await verifyAccessToken(await signClaims(key), key.verifying, EXPECTED, NOW, (claims) => {
      asked.push(claims);
      return 'valid';
    });
    expect(asked).toEqual([CLAIMS]);
  });

  test('is not asked for a token that is refused anyway', async () => {
    const key = keyFor('ES256');
    const refused = [
      'x.y.z',
      await signHeader(key, { typ: 'JWT' }),
      await signHeader(key, { kid: 'unknown1' }),
      await signHeader(key, { jwk: {} }),
      `${(await signClaims(key)).slice(0, -8)}AAAAAAAA`,
      await signClaims(key, { role: 'root' }),
      await signClaims(key, { iss: 'https://other.example' }),
      await signClaims(key, { aud: 'https://other.example' }),
      await signClaims(key, { exp: NOW }),
      await signClaims(key, { iat: NOW + 3600, exp: NOW + 3700 }),
    ];
    for (const token of refused) {
      const result = await verifyAccessToken(token, key.verifying, EXPECTED, NOW, async () => {
        throw new Error('asked');
      });
      expect(result.ok).toBe(false);
    }
  });
});

describe('key rotation (C18)', () => {
  test('both keys verify while both are published, the old one no longer after it is withdrawn', async () => {
    const [old, current] = [await testKey(), await testKey()];
    const token = await signClaims(old);
    expect(await outcomeOf(token, await verifyingKeys(old, current))).toBe('accepted');
    expect(await outcomeOf(await signClaims(current), await verifyingKeys(old, current))).toBe('accepted');
    expect(await outcomeOf(token, current.verifying)).toBe('unknown_key');
  });
});

test('a genuine token is accepted again after a thousand forged ones (A3)', async () => {
  const key = keyFor('ES256');
  const token = await signClaims(key);
  for (let n = 0; n < 1_000; n += 1)
    await outcomeOf(`${token.slice(0, -8)}AAAA${String(n).padStart(3, '0')}A`, key.verifying);
  expect(await outcomeOf(token, key.verifying)).toBe('accepted');
});

test('unknown claims have no effect and are handed on apart from ours, without prototype members (C23)', async () => {
  const key = keyFor('ES256');
  const extra =
    '"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}},"email":"a@b.example","admin":true';
  const payload = `${JSON.stringify(CLAIMS).slice(0, -1)},${extra}}`;
  const token = await signCompact(headerOf(key), payload, key.signing);
  const result = await verifyAccessToken(token, key.verifying, EXPECTED, NOW, VALID);
  expect(result).toEqual({ ok: true, value: { ...CLAIMS, own: { admin: true } } });
  expect(result.ok && Object.keys(result.value.own ?? {})).toEqual(['admin']);
  expect(Object.hasOwn(Object.prototype, 'role')).toBe(false);
});
