import { describe, expect, test } from 'vitest';
import { formatTraceparent, newTraceContext, parseTraceparent } from '@/lib/core/http/trace-context';
import { countingBytes } from '@/tests/fixtures/deterministic';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('a traceparent (W3C Trace Context §3.2)', () => {
  test.each([
    ['01', true],
    ['00', false],
    ['03', true],
    ['02', false],
  ])('is read with the flags %s', (flags, isSampled) => {
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-${flags}`)).toEqual({ traceId: TRACE, parentId: PARENT, isSampled });
  });

  test.each([
    ['nothing', null],
    ['nothing at all', undefined],
    ['an empty text', ''],
    ['another version', `01-${TRACE}-${PARENT}-01`],
    ['the version that is forbidden', `ff-${TRACE}-${PARENT}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['a part more', `00-${TRACE}-${PARENT}-01-00`],
    ['a trace id that is too short', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['two of them in one line', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ['a line break behind', `00-${TRACE}-${PARENT}-01\n`],
    ['a megabyte', `00-${'a'.repeat(1_000_000)}-${PARENT}-01`],
  ])('is none where there is %s', (_what, text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  test.each([true, false])('is written as it is read: sampled %s', (isSampled) => {
    const context = { traceId: TRACE, parentId: PARENT, isSampled };
    expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
  });

  test('that begins here is a good one whatever the dice say, and leaves to others whether it is sampled', () => {
    for (const random of [countingBytes(), (length: number) => new Uint8Array(length)]) {
      const context = newTraceContext(random);
      expect(parseTraceparent(formatTraceparent(context))).toEqual({ ...context, isSampled: false });
    }
  });
});
