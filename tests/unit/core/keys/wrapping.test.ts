import { describe, expect, test } from 'vitest';
import { deriveEncryptionKey } from '@/lib/core/keys/auth-secret';
import { decryptBytes } from '@/lib/core/keys/encrypted-bytes';
import { unwrapSecret, wrapSecret } from '@/lib/core/keys/wrapping';
import { bytesOf, countingBytes } from '../../../fixtures/deterministic';
import { rootsOf, rootsSharingAnId } from '../../../fixtures/root-secrets';

const SECRET = bytesOf(...Array.from({ length: 48 }, (_, at) => at));
const CONTEXT = { purpose: 'pepper', id: 'abcdefgh' };
const wrap = async (roots = rootsOf(1)) => wrapSecret(SECRET, await roots, CONTEXT, countingBytes());

// Promise: Private keys leave the process only encrypted
describe('a wrapped secret', () => {
  test('opens to what it was', async () => {
    const roots = await rootsOf(1);
    const wrapped = await wrapSecret(SECRET, roots, CONTEXT, countingBytes());
    expect(await unwrapSecret(wrapped, roots, CONTEXT)).toEqual({ ok: true, value: SECRET });
  });

  test('does not hold the secret in the clear', async () => {
    const { wrappedSecret } = await wrap();
    expect(Array.from(wrappedSecret).join()).not.toContain(Array.from(SECRET.subarray(0, 8)).join());
    expect(wrappedSecret).toHaveLength(12 + SECRET.length + 16);
  });

  test('is what a release before can open: of one purpose, bound to use and row', async () => {
    const [root] = await rootsOf(1);
    const { wrappedSecret } = await wrap();
    const key = await deriveEncryptionKey(root, 'handstamp/wrap/v1');
    expect(await decryptBytes(wrappedSecret, key, 'pepper:abcdefgh')).toEqual(SECRET);
  });

  test('is made with the first secret of the list and names it', async () => {
    const roots = await rootsOf(1, 2);
    const wrapped = await wrapSecret(SECRET, roots, CONTEXT, countingBytes());
    expect(wrapped.wrappingKeyId).toBe(roots[0].id);
    expect((await unwrapSecret(wrapped, await rootsOf(1), CONTEXT)).ok).toBe(true);
  });

  test('opens as long as its secret is anywhere in the list', async () => {
    expect((await unwrapSecret(await wrap(), await rootsOf(3, 2, 1), CONTEXT)).ok).toBe(true);
  });

  test('cannot be opened when its secret has left the list', async () => {
    expect(await unwrapSecret(await wrap(), await rootsOf(2), CONTEXT)).toEqual({
      ok: false,
      code: 'unknown_wrapping_key',
    });
  });

  test('opens with either of two secrets that share an id', async () => {
    const roots = await rootsSharingAnId();
    const reversed = [...roots].reverse();
    const [first, ...rest] = reversed;
    if (first === undefined) throw new Error('two were found');
    const wrapped = await wrapSecret(SECRET, roots, CONTEXT, countingBytes());
    expect(await unwrapSecret(wrapped, roots, CONTEXT)).toEqual({ ok: true, value: SECRET });
    expect(await unwrapSecret(wrapped, [first, ...rest], CONTEXT)).toEqual({ ok: true, value: SECRET });
    expect(await unwrapSecret(wrapped, [first], CONTEXT)).toEqual({ ok: false, code: 'undecryptable' });
  });

  test.each([
    ['another purpose', { purpose: 'totp', id: CONTEXT.id }],
    ['another row', { purpose: CONTEXT.purpose, id: 'abcdefgi' }],
    ['no row', { purpose: CONTEXT.purpose, id: '' }],
  ])('does not open for %s', async (_name, context) => {
    expect(await unwrapSecret(await wrap(), await rootsOf(1), context)).toEqual({ ok: false, code: 'undecryptable' });
  });

  test('does not open with any bit flipped', async () => {
    const roots = await rootsOf(1);
    const { wrappedSecret, wrappingKeyId } = await wrap();
    const unprotected: number[] = [];
    for (let bit = 0; bit < wrappedSecret.length * 8; bit += 1) {
      const changed = wrappedSecret.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const opened = await unwrapSecret({ wrappedSecret: changed, wrappingKeyId }, roots, CONTEXT);
      if (opened.ok) unprotected.push(bit);
    }
    expect(unprotected).toEqual([]);
  });

  test.each([0, 1, 11, 12, 27])('does not open when only %i bytes are left of it', async (length) => {
    const { wrappedSecret, wrappingKeyId } = await wrap();
    const cut = { wrappedSecret: wrappedSecret.slice(0, length), wrappingKeyId };
    expect(await unwrapSecret(cut, await rootsOf(1), CONTEXT)).toEqual({ ok: false, code: 'undecryptable' });
  });

  test('uses a fresh nonce each time', async () => {
    const random = countingBytes();
    const roots = await rootsOf(1);
    const [one, two] = [
      await wrapSecret(SECRET, roots, CONTEXT, random),
      await wrapSecret(SECRET, roots, CONTEXT, random),
    ];
    expect(one.wrappedSecret.subarray(0, 12)).not.toEqual(two.wrappedSecret.subarray(0, 12));
  });
});
