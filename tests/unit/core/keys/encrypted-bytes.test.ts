import { describe, expect, test } from 'vitest';
import { decryptBytes, encryptBytes, importEncryptionKey } from '@/lib/core/keys/encrypted-bytes';
import { bytesOf, countingBytes, platformBytes } from '@/tests/fixtures/deterministic';

const PLAIN = bytesOf(1, 2, 3);

describe('a key for bytes', () => {
  test('opens what it closed, for what it was closed for, and nothing else opens it', async () => {
    const [key, other] = [await importEncryptionKey(platformBytes(32)), await importEncryptionKey(platformBytes(32))];
    const encrypted = await encryptBytes(PLAIN, key, 'totp:ada', countingBytes());
    expect(encrypted.subarray(0, 12)).toEqual(countingBytes()(12));
    expect(await decryptBytes(encrypted, key, 'totp:ada')).toEqual(PLAIN);
    expect(await decryptBytes(encrypted, key, 'totp:bob')).toBeNull();
    expect(await decryptBytes(encrypted, other, 'totp:ada')).toBeNull();
  });

  test('cannot be read out, and does nothing else', async () => {
    const key = await importEncryptionKey(platformBytes(32));
    expect([key.extractable, [...key.usages].sort()]).toEqual([false, ['decrypt', 'encrypt']]);
    expect(key.algorithm).toMatchObject({ name: 'AES-GCM', length: 256 });
  });
});
