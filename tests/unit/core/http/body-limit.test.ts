import { describe, expect, test } from 'vitest';
import { isTooLarge } from '@/lib/core/http/body-limit';
import { MAX_BODY_BYTES } from '@/lib/core/policy';

const declared = (length: string) => ({ headers: new Headers({ 'content-length': length }), body: null });

/** A body in pieces of 64 KB, as it comes from a socket. */
function inChunks(bytes: number, named: Record<string, string> = { 'transfer-encoding': 'chunked' }) {
  let left = bytes;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (left === 0) return controller.close();
      const length = Math.min(left, 65_536);
      left -= length;
      controller.enqueue(new Uint8Array(length));
    },
  });
  return { headers: new Headers(named), body };
}

describe('a body', () => {
  test.each([
    ['0', false],
    ['1', false],
    [String(MAX_BODY_BYTES), false],
    [String(MAX_BODY_BYTES + 1), true],
    ['99999999999999999999', true],
    ['1e9', true],
  ])('of %s bytes by its own account: too large is %s', async (length, isIt) => {
    expect(await isTooLarge(declared(length))).toBe(isIt);
  });

  test.each([
    [0, false],
    [1, false],
    [MAX_BODY_BYTES, false],
    [MAX_BODY_BYTES + 1, true],
    [MAX_BODY_BYTES + 65_536, true],
  ])('of %d bytes in chunks: too large is %s', async (bytes, isIt) => {
    expect(await isTooLarge(inChunks(bytes))).toBe(isIt);
  });

  test('that is none, or that nobody announced, is not', async () => {
    expect(await isTooLarge({ headers: new Headers(), body: null })).toBe(false);
    expect(await isTooLarge(inChunks(1, {}))).toBe(false);
  });
});
