import { base64url } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Bytes } from '@/lib/core/encoding';
import {
  deriveBytes,
  deriveEncryptionKey,
  deriveMacKey,
  importRootSecrets,
  parseAuthSecret,
} from '@/lib/core/keys/auth-secret';
import { bytesOf, countingBytes } from '@/tests/fixtures/deterministic';

const hexOf = (bytes: Bytes): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const random = countingBytes();
const [A, B] = [random(32), random(48)];
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const listOf = (text: string) => {
  const parsed = parseAuthSecret(text);
  return parsed.ok ? parsed.value : parsed.code;
};

describe('a list of secrets', () => {
  test.each([
    ['one in base64url', base64url.encode(A), [A]],
    ['one with padding', `${base64url.encode(A)}=`, [A]],
    ['one in hex', hexOf(A), [A]],
    ['one in capital hex', hexOf(A).toUpperCase(), [A]],
    ['one longer than needed', base64url.encode(B), [B]],
    ['one with two characters of padding', `${base64url.encode(B.slice(0, 34))}==`, [B.slice(0, 34)]],
    ['one of eight different bytes', '0001020304050607'.repeat(4), [bytesOf(...EIGHT, ...EIGHT, ...EIGHT, ...EIGHT)]],
    ['two, with white space around', ` ${hexOf(B)} ,\n${base64url.encode(A)} `, [B, A]],
  ])('is read: %s', (_name, text, secrets) => {
    expect(listOf(text)).toEqual(secrets);
  });

  test('64 hex digits are 32 bytes of hex and not 48 of base64url', () => {
    expect(listOf(hexOf(A))).toEqual([A]);
  });

  test('text that only begins or ends as hex is base64url', () => {
    for (const text of [`${hexOf(A)}zzzz`, `zzzz${hexOf(A)}`]) {
      expect(listOf(text)).toEqual([new Uint8Array(base64url.decode(text))]);
    }
  });

  test.each([
    ['nothing', '', 'empty'],
    ['white space', '  ', 'empty'],
    ['commas', ',,', 'empty'],
    ['31 bytes of base64url', base64url.encode(A.slice(1)), 'too_short'],
    ['31 bytes of hex', hexOf(A.slice(1)), 'too_short'],
    ['a short one behind a good one', `${hexOf(A)},c2VjcmV0`, 'too_short'],
    ['a comma at the end', `${hexOf(A)},`, 'too_short'],
    ['the six bytes of "secret", which jose would sign with', 'c2VjcmV0', 'too_short'],
    ['words', 'a very secret sentence that is long enough', 'not_base64url_or_hex'],
    ['plain base64', 'A+/A'.repeat(12), 'not_base64url_or_hex'],
    ['unused bits that are not zero', `${base64url.encode(A).slice(0, -1)}B`, 'not_base64url_or_hex'],
    ['padding in the middle', `${base64url.encode(A)}=A`, 'not_base64url_or_hex'],
    ['an odd number of hex digits', `${hexOf(A)}0`, 'not_base64url_or_hex'],
    ['the same text twice', `${hexOf(A)},${hexOf(A)}`, 'duplicate'],
    ['32 zero bytes', '00'.repeat(32), 'repetitive'],
    ['seven different bytes', '00010203040506'.repeat(5), 'repetitive'],
    ['one letter again and again', 'Q'.repeat(44), 'repetitive'],
  ])('is refused: %s', (_name, text, code) => {
    expect(listOf(text)).toBe(code);
  });

  test.each([
    ['hex and base64url', `${hexOf(A)},${base64url.encode(A)}`],
    ['hex in small and capital letters', `${hexOf(B)},${hexOf(B).toUpperCase()}`],
    ['with and without padding', `${base64url.encode(A)},${base64url.encode(A)}=`],
  ])('is refused with one secret in two spellings: %s', (_name, text) => {
    expect(listOf(text)).toBe('duplicate');
  });
});

describe('root secrets', () => {
  test('are named by themselves and not by their place', async () => {
    const [first, second] = await importRootSecrets([A, B]);
    const [alone, other] = await importRootSecrets([B, A]);
    expect([alone.id, other?.id]).toEqual([second?.id, first.id]);
  });

  test('have names that no release may change: databases hold them', async () => {
    const [{ id, hkdfKey }] = await importRootSecrets([A]);
    expect([id]).toEqual([...(await deriveBytes(hkdfKey, 'handstamp/key-id/v1', 1))]);
  });

  test('have names of one byte', async () => {
    const secrets = await importRootSecrets(Array.from({ length: 20 }, (_, at) => A.map((byte) => byte + at)));
    expect(secrets.every(({ id }) => Number.isInteger(id) && id >= 0 && id <= 255)).toBe(true);
    expect(new Set(secrets.map(({ id }) => id)).size).toBeGreaterThan(10);
  });

  test('cannot be read out again', async () => {
    const [{ hkdfKey }] = await importRootSecrets([A]);
    expect(hkdfKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', hkdfKey)).rejects.toThrow();
  });

  test('must be at least one', async () => {
    await expect(importRootSecrets([])).rejects.toThrow('At least one secret is needed');
  });
});

describe('derived keys', () => {
  test('are HKDF-SHA-256 with an empty salt and the purpose as info (RFC 5869)', async () => {
    const [{ hkdfKey }] = await importRootSecrets([A]);
    const hmac = async (key: Bytes, ...data: readonly number[]) => {
      const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
      return new Uint8Array(await crypto.subtle.sign('HMAC', imported, new Uint8Array(data)));
    };
    const extracted = await hmac(new Uint8Array(32), ...A);
    const expanded = await hmac(extracted, ...new TextEncoder().encode('some/purpose'), 1);
    expect(await deriveBytes(hkdfKey, 'some/purpose', 32)).toEqual(expanded);
  });

  test('of two purposes or of two secrets have nothing in common', async () => {
    const [first, second] = await importRootSecrets([A, B]);
    if (second === undefined) throw new Error('two were given');
    const derived = await Promise.all([
      deriveBytes(first.hkdfKey, 'one', 32),
      deriveBytes(first.hkdfKey, 'two', 32),
      deriveBytes(second.hkdfKey, 'one', 32),
    ]);
    expect(new Set(derived.map(hexOf)).size).toBe(3);
  });

  test('serve one use each and cannot be read out', async () => {
    const [root] = await importRootSecrets([A]);
    const [mac, encryption] = await Promise.all([deriveMacKey(root, 'p'), deriveEncryptionKey(root, 'p')]);
    expect([mac.extractable, encryption.extractable]).toEqual([false, false]);
    expect([...mac.usages].sort()).toEqual(['sign', 'verify']);
    expect([...encryption.usages].sort()).toEqual(['decrypt', 'encrypt']);
    expect(encryption.algorithm).toMatchObject({ name: 'AES-GCM', length: 256 });
  });
});
