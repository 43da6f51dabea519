import { base64url } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { generateSigningKey, type NewSigningKey, SIGNING_ALGORITHMS } from '@/lib/core/keys/signing-key';
import rsaKeys from '../../../fixtures/rsa-keys.json';
import { rsaKey } from '../../../fixtures/signing';

let ec: NewSigningKey;
let ed: NewSigningKey;
let rsa: NewSigningKey;

beforeAll(async () => {
  [ec, ed, rsa] = await Promise.all([generateSigningKey('ES256'), generateSigningKey('EdDSA'), rsaKey()]);
});

/** 2,048 bits. */
const SHORT_RSA = { kty: rsaKeys.foreign.kty, e: rsaKeys.foreign.e, n: rsaKeys.foreign.n };

const kidsOf = async (...keys: readonly unknown[]) => [...((await importJwkSet({ keys })) ?? new Map()).keys()];

describe('a key set', () => {
  test('gives every key that we can use, under its kid, with its one algorithm', async () => {
    const keys = await importJwkSet({ keys: [ec.publicJwk, ed.publicJwk, rsa.publicJwk] });
    expect([...(keys ?? [])].map(([kid, { algorithm }]) => [kid, algorithm])).toEqual([
      [ec.kid, 'ES256'],
      [ed.kid, 'EdDSA'],
      [rsa.kid, 'RS256'],
    ]);
  });

  test('may be empty', async () => {
    expect(await importJwkSet({ keys: [] })).toEqual(new Map());
  });

  test('gives a key that says nothing of its use, and one that may do more than verify', async () => {
    const { use: _use, ...silent } = ec.publicJwk;
    expect(await kidsOf(silent)).toEqual([ec.kid]);
    expect(await kidsOf({ ...ec.publicJwk, key_ops: ['sign', 'verify'] })).toEqual([ec.kid]);
  });

  test('may hold other members', async () => {
    expect((await importJwkSet({ keys: [ec.publicJwk], expires: 1 }))?.size).toBe(1);
  });

  test.each([null, undefined, 'keys', 1, [], [{ keys: [] }], {}, { keys: null }, { keys: {} }, { keys: 'x' }])(
    '%j is none',
    async (document) => {
      expect(await importJwkSet(document)).toBeNull();
    },
  );

  test('of more than 32 keys is none', async () => {
    expect(await importJwkSet({ keys: new Array(32).fill(ec.publicJwk) })).toEqual(new Map());
    expect(await importJwkSet({ keys: new Array(33).fill(ec.publicJwk) })).toBeNull();
  });
});

describe('a kid that occurs twice', () => {
  test('names no key at all, the same key included', async () => {
    expect(await kidsOf(ec.publicJwk, ed.publicJwk, ec.publicJwk)).toEqual([ed.kid]);
    expect(await kidsOf(ec.publicJwk, ec.publicJwk, ec.publicJwk)).toEqual([]);
  });

  test('names no key when the other one is of a kind that we do not use', async () => {
    const symmetric = { kty: 'oct', k: 'c2VjcmV0', alg: 'HS256', kid: ec.kid };
    expect(await kidsOf(ec.publicJwk, symmetric)).toEqual([]);
    expect(await kidsOf(symmetric, ec.publicJwk)).toEqual([]);
  });
});

describe('a key is passed over', () => {
  test.each<[string, () => unknown]>([
    ['symmetric', () => ({ kty: 'oct', k: base64url.encode(new Uint8Array(32)), alg: 'HS256', kid: 'a' })],
    [
      'symmetric with our algorithm',
      () => ({ kty: 'oct', k: base64url.encode(new Uint8Array(32)), alg: 'ES256', kid: 'a' }),
    ],
    ['without kid', () => ({ ...ec.publicJwk, kid: undefined })],
    ['with an empty kid', () => ({ ...ec.publicJwk, kid: '' })],
    ['with a kid that is no text', () => ({ ...ec.publicJwk, kid: 1 })],
    ['without algorithm', () => ({ ...ec.publicJwk, alg: undefined })],
    ['with algorithm none', () => ({ ...ec.publicJwk, alg: 'none' })],
    ['with another algorithm of its type', () => ({ ...rsa.publicJwk, kid: 'other', alg: 'PS256' })],
    ['with an algorithm of another type', () => ({ ...ec.publicJwk, alg: 'EdDSA' })],
    ['for encryption', () => ({ ...ec.publicJwk, use: 'enc' })],
    ['with another curve named', () => ({ ...ec.publicJwk, crv: 'P-384' })],
    ['with a point off the curve', () => ({ ...ec.publicJwk, y: ec.publicJwk.x })],
    ['with half a point', () => ({ ...ec.publicJwk, y: undefined })],
    ['for key agreement on the sister curve', () => ({ ...ed.publicJwk, crv: 'X25519' })],
    ['with a short Ed25519 point', () => ({ ...ed.publicJwk, x: 'AAAA' })],
    ['no object', () => 'key'],
    ['null', () => null],
  ])('%s', async (_name, jwk) => {
    expect(await kidsOf(jwk(), rsa.publicJwk)).toEqual([rsa.kid]);
  });

  test.each([['encrypt'], ['wrapKey'], ['deriveBits']])('whose only operation is %s', async (operation) => {
    expect(await kidsOf({ ...ec.publicJwk, key_ops: [operation] })).toEqual([]);
  });

  test.each(['verify', { 0: 'verify' }, null])('whose operations are no list: %j', async (operations) => {
    expect(await kidsOf({ ...ec.publicJwk, key_ops: operations })).toEqual([]);
  });

  test.each([undefined, null, 7, '', '!'.repeat(512)])('with %j for an RSA modulus', async (n) => {
    expect(await kidsOf({ ...rsa.publicJwk, n }, ec.publicJwk)).toEqual([ec.kid]);
  });

  test.each(['P-384', 'P-521'])('of the curve %s, genuine as it is, that says ES256', async (namedCurve) => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify']);
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
    expect(await kidsOf({ kty, crv, x, y, alg: 'ES256', kid: 'other' }, ec.publicJwk)).toEqual([ec.kid]);
  });

  test('with an RSA modulus of 1024 or 2048 bits', async () => {
    for (const modulusLength of [1024, 2048]) {
      const modulus = base64url.decode(SHORT_RSA.n).subarray(0, modulusLength / 8);
      const jwk = { ...SHORT_RSA, n: base64url.encode(modulus) };
      expect(await kidsOf({ ...jwk, alg: 'RS256', kid: 'weak' })).toEqual([]);
    }
  });

  test('with a short RSA modulus behind zeros, which make it look long', async () => {
    const n = base64url.encode(new Uint8Array([...new Uint8Array(128), ...base64url.decode(SHORT_RSA.n)]));
    expect(n).toHaveLength(512);
    expect(await kidsOf({ ...SHORT_RSA, n, alg: 'RS256', kid: 'weak' })).toEqual([]);
  });

  test('never for the first bit of a full RSA modulus: the smallest is taken, the one below it is not', async () => {
    const modulus = base64url.decode(rsa.publicJwk.n ?? '');
    const withFirst = (byte: number) => base64url.encode(new Uint8Array([byte, ...modulus.subarray(1)]));
    expect(await kidsOf({ ...rsa.publicJwk, n: withFirst(0x80) })).toEqual([rsa.kid]);
    expect(await kidsOf({ ...rsa.publicJwk, n: withFirst(0x7f) })).toEqual([]);
  });

  test('with the RSA exponent 1, under which every text signs itself', async () => {
    expect(await kidsOf({ ...rsa.publicJwk, e: 'AQ' })).toEqual([]);
  });
});

describe('the imported key', () => {
  test('of a private JWK is public, and only verifies', async () => {
    for (const { privateJwk, kid, algorithm } of [ec, ed, rsa]) {
      const keys = await importJwkSet({ keys: [{ ...privateJwk, kid, alg: algorithm }] });
      expect(keys?.get(kid)?.key).toMatchObject({ type: 'public', usages: ['verify'] });
    }
  });

  test.each(SIGNING_ALGORITHMS)('of %s verifies that algorithm and no other', async (algorithm) => {
    const key = { ES256: ec, EdDSA: ed, RS256: rsa }[algorithm];
    const others = SIGNING_ALGORITHMS.filter((other) => other !== algorithm);
    for (const other of others) expect(await kidsOf({ ...key.publicJwk, alg: other })).toEqual([]);
    expect(await kidsOf(key.publicJwk)).toEqual([key.kid]);
  });
});
