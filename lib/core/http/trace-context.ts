import type { RandomBytes } from '../encoding';

/** Where a request stands in a trace: `traceparent` of W3C Trace Context §3.2, taken apart. */
export type TraceContext = {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** The span that asked: 16 of them. */
  readonly parentId: string;
  /** What whoever asked decided for themselves. From a stranger it binds nobody. */
  readonly isSampled: boolean;
};

export const TRACEPARENT = 'traceparent';

/** Version 00 alone: what a later one adds, nobody here could pass on. */
const SHAPE = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ONLY_ZEROS = /^0+$/;

/** Reads a `traceparent`; null for none and for everything that is not exactly one. */
export function parseTraceparent(text: string | null | undefined): TraceContext | null {
  const [, traceId, parentId, flags] = SHAPE.exec(text ?? '') ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return null;
  if (ONLY_ZEROS.test(traceId) || ONLY_ZEROS.test(parentId)) return null;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = ({ traceId, parentId, isSampled }: TraceContext): string =>
  `00-${traceId}-${parentId}-${isSampled ? '01' : '00'}`;

/** The beginning of a trace, by somebody who records no span and leaves to others whether it is sampled. */
export function newTraceContext(random: RandomBytes): TraceContext {
  return { traceId: hex(random(16)), parentId: hex(random(8)), isSampled: false };
}

/** The last bit is set: an id of zeros only is none. */
function hex(bytes: Uint8Array): string {
  const odd = bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) | 1);
  return Array.from(odd, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
