import 'server-only';
import type { AttributesOf, CounterName, HistogramName } from './metric-list';

/** The work that has a span of ours. */
export type SpanName = 'auth.password.hash' | 'auth.session.rotate' | 'auth.state.read' | 'auth.status_list.sign';

/** Numbers and words of closed lists: nothing of a person. */
export type SpanFacts = Readonly<Record<`handstamp.${string}`, string | number>>;

/** Where a line of the log belongs. */
export type ActiveTrace = { readonly traceId: string; readonly spanId: string };

export type Traces = {
  inSpan<T>(name: SpanName, work: (note: (facts: SpanFacts) => void) => Promise<T>): Promise<T>;
  active(): ActiveTrace | null;
};

export type Meters = {
  count<Name extends CounterName>(name: Name, attributes: AttributesOf<Name>, by: number): void;
  record<Name extends HistogramName>(name: Name, value: number, attributes: AttributesOf<Name>): void;
};

/** Either is there only while somebody collects it. */
export type Telemetry = { readonly traces?: Traces; readonly meters?: Meters };

/** One for all bundles of the server. `lib/server/telemetry` puts it here; without it nothing is imported and nothing done. */
const shared = globalThis as typeof globalThis & { handstampTelemetry?: Telemetry };

/** From now on, or no longer. */
export function setTelemetry(telemetry: Telemetry | undefined): void {
  if (telemetry === undefined) delete shared.handstampTelemetry;
  else shared.handstampTelemetry = telemetry;
}

const noteNothing = (): void => undefined;

/** Does `work`, in a span where traces are collected. What it notes becomes attributes of the span. */
export function inSpan<T>(name: SpanName, work: (note: (facts: SpanFacts) => void) => Promise<T>): Promise<T> {
  const traces = shared.handstampTelemetry?.traces;
  return traces === undefined ? work(noteNothing) : traces.inSpan(name, work);
}

/** The trace of the request that is running; null where there is none. */
export const activeTrace = (): ActiveTrace | null => shared.handstampTelemetry?.traces?.active() ?? null;

/** Adds to a counter, where metrics are collected. */
export function count<Name extends CounterName>(name: Name, attributes: AttributesOf<Name>, by = 1): void {
  if (by > 0) shared.handstampTelemetry?.meters?.count(name, attributes, by);
}

/** Adds to a histogram, where metrics are collected. Seconds, by the unit of all of them. */
export function record<Name extends HistogramName>(name: Name, seconds: number, attributes: AttributesOf<Name>): void {
  shared.handstampTelemetry?.meters?.record(name, seconds, attributes);
}

/** Does `work` and records how long it took, whatever came of it. */
export async function timed<T>(name: PlainHistogram, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  try {
    return await work();
  } finally {
    record(name, (performance.now() - startedMs) / 1_000, {});
  }
}

/** Histograms without attributes. */
type PlainHistogram = Exclude<HistogramName, 'http.server.request.duration'>;
