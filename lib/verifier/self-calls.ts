import type { RandomBytes } from '@/lib/core/encoding';
import { formatTraceparent, newTraceContext, parseTraceparent, TRACEPARENT } from '@/lib/core/http/trace-context';
import { askedAgain } from './asked-again';
import { lossReport } from './loss-report';
import { realSurroundings, type Surroundings, withHeadersFor } from './surroundings';

/** `AsyncLocalStorage`, which edge runtimes and Node have: a value for everything that `work` begins. */
export type Ambient = {
  run<T>(value: string, work: () => T): T;
  getStore(): string | undefined;
};

/** Edge runtimes have it as a global, because they have no module of Node; null elsewhere. */
export function edgeAmbient(): Ambient | null {
  const { AsyncLocalStorage } = globalThis as { AsyncLocalStorage?: new () => Ambient };
  return AsyncLocalStorage === undefined ? null : new AsyncLocalStorage();
}

export type SelfCallOptions = {
  /** Where this server reaches itself. */
  readonly origin: string;
  /** What opens a protected deployment on Vercel. */
  readonly bypass: string | undefined;
  /** To the log. */
  readonly write: (line: string) => void;
  readonly random: RandomBytes;
  /** Null: nobody collects traces. */
  readonly ambient: Ambient | null;
};

export type SelfCalls = {
  readonly surroundings: Surroundings;
  /** Does `work` as a part of the request with these headers: of the trace that they name, or of one that begins here. */
  follow<T>(headers: Headers, work: () => T): T;
  /** The `traceparent` to set on the request that goes on; null where it has one, and where nothing is traced. */
  begun(headers: Headers): string | null;
};

/**
 * How the edge asks its own server: once more where a connection fails, and what brings nothing then is a line in the log.
 * Where a deployment on Vercel is protected, every fetch carries what opens it. Each says of which request it is a part, so
 * that a request and what it makes the edge ask are one trace (W3C Trace Context §3.2). A fetch that several requests share
 * belongs to the one that began it.
 */
export function selfCalls({ origin, bypass, write, random, ambient }: SelfCallOptions): SelfCalls {
  const reporting = { ...askedAgain(realSurroundings), report: lossReport(write, realSurroundings) };
  const opening = bypass ? withHeadersFor(origin, { 'x-vercel-protection-bypass': bypass }, reporting) : reporting;
  if (ambient === null) return { surroundings: opening, follow: (_headers, work) => work(), begun: () => null };
  const carried = (): Readonly<Record<string, string>> => {
    const traceparent = ambient.getStore();
    return traceparent === undefined ? {} : { [TRACEPARENT]: traceparent };
  };
  const given = (headers: Headers) => parseTraceparent(headers.get(TRACEPARENT));
  return {
    surroundings: withHeadersFor(origin, carried, opening),
    follow: (headers, work) => ambient.run(formatTraceparent(given(headers) ?? newTraceContext(random)), work),
    begun: (headers) => (given(headers) === null ? (ambient.getStore() ?? null) : null),
  };
}
