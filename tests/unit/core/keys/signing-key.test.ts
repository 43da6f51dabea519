import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  generateSigningKey,
  importSigningKey,
  isSigningAlgorithm,
  SIGNING_ALGORITHMS,
  toPublicJwk,
} from '@/lib/core/keys/signing-key';

const PUBLIC_MEMBERS = {
  ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
} as const;

describe('the algorithms', () => {
  test('are three', () => {
    expect(SIGNING_ALGORITHMS).toEqual(['ES256', 'EdDSA', 'RS256']);
  });

  test.each([
    'none',
    'None',
    'HS256',
    'RS384',
    'PS256',
    'ES384',
    'ES256K',
    'es256',
    'Ed25519',
    '',
    null,
    undefined,
    0,
    [],
    ['ES256'],
  ])('do not include %j', (value) => {
    expect(isSigningAlgorithm(value)).toBe(false);
  });
});

describe.each(SIGNING_ALGORITHMS)('a fresh %s key', (algorithm) => {
  test('is published with its public members and no others', async () => {
    const key = await generateSigningKey(algorithm);
    expect(Object.keys(key.publicJwk).sort()).toEqual(PUBLIC_MEMBERS[algorithm]);
    expect(key.publicJwk).toMatchObject({ alg: algorithm, use: 'sig', kid: key.kid });
    expect(key.privateJwk.d).toBeTypeOf('string');
  });

  test('is named by the first 8 characters of its RFC 7638 thumbprint', async () => {
    const key = await generateSigningKey(algorithm);
    expect(key.kid).toMatch(/^[A-Za-z0-9_-]{8}$/);
    expect((await calculateJwkThumbprint(key.publicJwk, 'sha256')).startsWith(key.kid)).toBe(true);
  });

  test('signs, and cannot be read out of the process that imported it', async () => {
    const key = await generateSigningKey(algorithm);
    const { privateKey } = await importSigningKey(key.kid, algorithm, key.privateJwk);
    expect([privateKey.type, privateKey.extractable, privateKey.usages]).toEqual(['private', false, ['sign']]);
  });
});

test('an RSA key has 3072 bits', async () => {
  const key = await generateSigningKey('RS256');
  const { privateKey } = await importSigningKey(key.kid, 'RS256', key.privateJwk);
  expect(privateKey.algorithm).toMatchObject({ modulusLength: 3072, hash: { name: 'SHA-256' } });
});

test('two fresh keys have different names', async () => {
  const kids = await Promise.all(Array.from({ length: 20 }, async () => (await generateSigningKey('ES256')).kid));
  expect(new Set(kids).size).toBe(20);
});

test('no private or unknown member is ever published, whatever the stored key holds', () => {
  const secret = Object.fromEntries(
    ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv', 'seed', 'ext', 'key_ops', 'x5u', 'x5c', 'email'].map(
      (member) => [member, 'SECRET'],
    ),
  );
  for (const algorithm of SIGNING_ALGORITHMS) {
    const published = toPublicJwk({ ...secret, kty: 'X', crv: 'c', x: 'x', y: 'y', n: 'n', e: 'e' }, 'kid', algorithm);
    expect(JSON.stringify(published)).not.toContain('SECRET');
    expect(Object.keys(published).sort()).toEqual(PUBLIC_MEMBERS[algorithm]);
  }
});

test('a symmetric key is no signing key', async () => {
  const imported = importSigningKey('kid', 'ES256', { kty: 'oct', k: 'AAAA' });
  await expect(imported).rejects.toThrow('This is no private key');
});

test('a public key is no signing key', async () => {
  const { publicJwk } = await generateSigningKey('ES256');
  await expect(importSigningKey('kid', 'ES256', publicJwk)).rejects.toThrow('This is no private key');
});

test('a key of another algorithm is no signing key', async () => {
  const { privateJwk } = await generateSigningKey('EdDSA');
  await expect(importSigningKey('kid', 'ES256', { ...privateJwk, alg: 'ES256' })).rejects.toThrow();
});
