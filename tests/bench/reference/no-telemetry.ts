import 'server-only';
import type { AttributesOf, CounterName, HistogramName } from '@/lib/server/observability/metric-list';

// In place of lib/server/observability/telemetry.ts: the same names, and no place where a collector could come in.

export type SpanFacts = Readonly<Record<string, string | number>>;
export type ActiveTrace = { readonly traceId: string; readonly spanId: string };
export type Traces = {
  inSpan<T>(name: string, work: (note: (facts: SpanFacts) => void) => Promise<T>): Promise<T>;
  active(): ActiveTrace | null;
};
export type Meters = {
  count<Name extends CounterName>(name: Name, attributes: AttributesOf<Name>, by: number): void;
  record<Name extends HistogramName>(name: Name, value: number, attributes: AttributesOf<Name>): void;
};
export type Telemetry = { readonly traces?: Traces; readonly meters?: Meters };

const nothing = (): void => undefined;

export const setTelemetry: (telemetry: Telemetry | undefined) => void = nothing;
export const inSpan: Traces['inSpan'] = (_name, work) => work(nothing);
export const activeTrace = (): ActiveTrace | null => null;
export const count: <Name extends CounterName>(name: Name, attributes: AttributesOf<Name>, by?: number) => void =
  nothing;
export const record: Meters['record'] = nothing;
export const timed = <T>(_name: HistogramName, work: () => Promise<T>): Promise<T> => work();
