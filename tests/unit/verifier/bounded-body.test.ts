import { describe, expect, test } from 'vitest';
import { boundedText, dropBody } from '@/lib/verifier/bounded-body';

const never = new AbortController().signal;

/** A body of so many pieces of 1,000 bytes, which says how many were asked for and whether it was given up. */
function pieces(count: number) {
  const seen = { given: 0, isGivenUp: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (seen.given === count) return controller.close();
      seen.given += 1;
      controller.enqueue(new Uint8Array(1_000).fill(0x61));
    },
    cancel() {
      seen.isGivenUp = true;
    },
  });
  return { seen, response: new Response(body) };
}

describe('a body', () => {
  test('is read whole up to the limit', async () => {
    const { seen, response } = pieces(4);
    expect(await boundedText(response, 4_000, never)).toBe('a'.repeat(4_000));
    expect(seen.isGivenUp).toBe(false);
  });

  test('is put together from pieces that cut a character', async () => {
    const bytes = new TextEncoder().encode('ä€😀');
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    expect(await boundedText(new Response(body), 100, never)).toBe('ä€😀');
  });

  test('may be none', async () => {
    expect(await boundedText(new Response(null), 0, never)).toBe('');
  });

  test('that is longer, or has no end, is not read on', async () => {
    const { seen, response } = pieces(Number.POSITIVE_INFINITY);
    await expect(boundedText(response, 10_000, never)).rejects.toThrow('body_too_large');
    expect(seen.given).toBeLessThan(15);
    await expect.poll(() => seen.isGivenUp).toBe(true);
  });

  test.each(['while it is read', 'before'])('is given up when its reader was told so %s', async (when) => {
    const controller = new AbortController();
    let isGivenUp = false;
    const body = new ReadableStream({
      cancel() {
        isGivenUp = true;
      },
    });
    if (when === 'before') controller.abort();
    const reading = boundedText(new Response(body), 100, controller.signal);
    controller.abort();
    expect(await reading).toBe('');
    expect(isGivenUp).toBe(true);
  });

  test('that nobody reads is dropped, also one that was read already', async () => {
    const { seen, response } = pieces(3);
    dropBody(response);
    await expect.poll(() => seen.isGivenUp).toBe(true);
    const read = pieces(1);
    await boundedText(read.response, 1_000, never);
    dropBody(read.response);
    dropBody(new Response(null));
  });
});
