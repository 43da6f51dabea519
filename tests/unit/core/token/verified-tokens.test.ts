import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { VerifyingKeys } from '@/lib/core/keys/jwk-set';
import { type AccessTokenExpectation, verifyAccessToken } from '@/lib/core/token/access-token';
import { type VerifiedTokens, verifiedTokens } from '@/lib/core/token/verified-tokens';
import { CLAIMS, ISSUER, signClaims } from '../../../fixtures/access-tokens';
import { NOW } from '../../../fixtures/deterministic';
import { type TestKey, testKey, verifyingKeys } from '../../../fixtures/signing';

const EXPECTED = { issuer: ISSUER, audience: ISSUER };
type Status = 'valid' | 'revoked' | 'stale' | 'unavailable';

let key: TestKey;
let token: string;
let seen: VerifiedTokens;

beforeAll(async () => {
  key = await testKey();
  token = await signClaims(key);
});
beforeEach(() => {
  seen = verifiedTokens(100);
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Changes = {
  keys?: VerifyingKeys;
  expected?: AccessTokenExpectation;
  now?: number;
  status?: Status;
  text?: string;
};

async function verify({
  keys = key.verifying,
  expected = EXPECTED,
  now = NOW,
  status = 'valid',
  text = token,
}: Changes = {}) {
  const result = await verifyAccessToken(text, keys, expected, now, async () => status, seen);
  return result.ok ? 'accepted' : result.code;
}

// Promise: A remembered signature changes no decision
describe('a token that was verified a moment ago', () => {
  beforeEach(async () => {
    expect(await verify()).toBe('accepted');
  });

  test('has no signature computed again, and says the same', async () => {
    const computed = vi.spyOn(crypto.subtle, 'verify');
    const again = await verifyAccessToken(token, key.verifying, EXPECTED, NOW, () => 'valid', seen);
    expect(again).toEqual({ ok: true, value: CLAIMS });
    expect(computed).not.toHaveBeenCalled();
  });

  test.each<[string, Changes]>([
    ['expired', { now: CLAIMS.exp }],
    ['issued_in_future', { now: CLAIMS.iat - 61 }],
    ['wrong_issuer', { expected: { issuer: 'https://other.example', audience: ISSUER } }],
    ['wrong_audience', { expected: { issuer: ISSUER, audience: 'https://other.example' } }],
    ['revoked', { status: 'revoked' }],
    ['status_unavailable', { status: 'unavailable' }],
    ['unknown_key', { keys: new Map() }],
  ])('is still refused as %s: every other rule runs each time', async (code, changes) => {
    expect(await verify(changes)).toBe(code);
    expect(await verify()).toBe('accepted');
  });

  test('proves itself anew when its key was imported again, and fails when another key bears the name', async () => {
    const computed = vi.spyOn(crypto.subtle, 'verify');
    expect(await verify({ keys: await verifyingKeys(key) })).toBe('accepted');
    expect(computed).toHaveBeenCalledTimes(1);
    const other = await testKey();
    const impostor = other.verifying.get(other.kid);
    expect(await verify({ keys: new Map(impostor ? [[key.kid, impostor]] : []) })).toBe('bad_signature');
  });

  test('vouches for no other text: not for a changed signature, and not for a changed payload', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const swap = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    for (const text of [
      `${header}.${payload}.${swap(signature, 10)}`,
      `${header}.${swap(payload, 40)}.${signature}`,
      `${token}=`,
      ` ${token}`,
    ]) {
      expect(await verify({ text })).not.toBe('accepted');
    }
  });

  test('gives claims that no caller can change for the next', async () => {
    const first = await verifyAccessToken(token, key.verifying, EXPECTED, NOW, () => 'valid', seen);
    if (!first.ok) throw new Error(first.code);
    const { amr, status } = first.value;
    expect(() => (amr as string[]).push('hwk')).toThrow(TypeError);
    expect(() => Object.assign(first.value, { role: 'admin' })).toThrow(TypeError);
    expect(() => Object.assign(status, { status_list: { idx: 0, uri: '' } })).toThrow(TypeError);
    expect(() => Object.assign(status.status_list, { idx: 0 })).toThrow(TypeError);
    const second = await verifyAccessToken(token, key.verifying, EXPECTED, NOW, () => 'valid', seen);
    expect(second).toEqual({ ok: true, value: CLAIMS });
  });
});

describe('the memory', () => {
  test('takes in no token that is refused, for whatever reason, and gives none away for them', async () => {
    await verify();
    const stranger = await testKey();
    const refused = [
      await signClaims(stranger),
      await signClaims(key, { exp: NOW - 1 }),
      await signClaims(key, { aud: 'https://other.example' }),
      `${token.slice(0, -8)}AAAAAAAA`,
    ];
    for (let attack = 0; attack < 1_000; attack += 1) await verify({ text: `${refused[attack % 4]}` });
    for (let attack = 0; attack < 1_000; attack += 1) await verify({ text: `${token}${attack}` });
    await verify({ text: await signClaims(key, { jti: 'another' }), status: 'revoked' });
    expect(seen.size()).toBe(1);
    expect(seen.find(token)).toBeDefined();
  });

  test('holds twice its capacity at most, and at least the tokens used last', () => {
    const small = verifiedTokens(10);
    const verified = {
      claims: CLAIMS,
      notBefore: undefined,
      kid: 'k',
      key: { algorithm: 'ES256' as const, key: {} as CryptoKey },
    };
    for (let number = 0; number < 15; number += 1) small.keep(`t${number}`, verified);
    expect(small.size()).toBe(15);
    for (let number = 0; number < 1_000; number += 1) {
      small.keep(`t${number}`, verified);
      expect(small.size()).toBeLessThanOrEqual(20);
      for (let last = Math.max(0, number - 9); last <= number; last += 1) expect(small.find(`t${last}`)).toBeDefined();
    }
    expect(small.find('t0')).toBeUndefined();
  });

  test('keeps what is used over what was only seen', () => {
    const small = verifiedTokens(10);
    const verified = {
      claims: CLAIMS,
      notBefore: undefined,
      kid: 'k',
      key: { algorithm: 'ES256' as const, key: {} as CryptoKey },
    };
    small.keep('used', verified);
    for (let number = 0; number < 1_000; number += 1) {
      small.keep(`t${number}`, verified);
      expect(small.find('used')).toBe(verified);
    }
  });
});
