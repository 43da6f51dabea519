import 'server-only';
import { PROCESS_METRICS } from './process-metrics';
import { SESSION_METRICS } from './session-metrics';

export type { Metric } from './metric';

/**
 * Every metric: the instruments, `docs/metrics.md` and `ops/dashboard.json` are made of this list. No person, session,
 * network or address is an attribute, ever: counters are kept for months, by services of others.
 */
export const METRICS = { ...SESSION_METRICS, ...PROCESS_METRICS };

type Metrics = typeof METRICS;
export type MetricName = keyof Metrics;
type OfKind<Kind> = { [Name in MetricName]: Metrics[Name]['kind'] extends Kind ? Name : never }[MetricName];
export type CounterName = OfKind<'counter'>;
export type HistogramName = OfKind<'histogram'>;
export type GaugeName = OfKind<'gauge'>;

/** What has to be said with each value of a metric. */
export type AttributesOf<Name extends MetricName> = {
  readonly [Key in keyof Metrics[Name]['attributes']]: Metrics[Name]['attributes'][Key] extends readonly (infer Value extends
    string)[]
    ? Value
    : string;
};
