import 'server-only';
import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { log } from '@/lib/server/observability/logger';
import { METRICS, type Metric, type MetricName } from '@/lib/server/observability/metric-list';
import type { Meters } from '@/lib/server/observability/telemetry';
import { readings } from './readings';

/** Seconds: from a request out of memory to one that waited for everything that it may wait for. */
const BOUNDARIES_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const LONGEST_PUSH_MS = 30_000;

export type Metering = { readonly meters: Meters; shutdown(): Promise<void> };

export type MeteringOptions = {
  readonly resource: Resource;
  /** How often metrics are sent to the collector of `OTEL_EXPORTER_OTLP_ENDPOINT`; null: never. */
  readonly pushEveryMs: number | null;
  /** Where they are asked for; null: nowhere. */
  readonly asked: { readonly host: string; readonly port: number } | null;
};

/** Makes an instrument of every metric in the list, and reads the gauges whenever somebody collects. */
export async function startMetering({ resource, pushEveryMs, asked }: MeteringOptions): Promise<Metering> {
  const prometheus = asked === null ? null : new PrometheusExporter({ ...asked, preventServerStart: true });
  const pushed = pushEveryMs === null ? [] : [pushing(pushEveryMs)];
  const provider = new MeterProvider({ resource, readers: prometheus === null ? pushed : [...pushed, prometheus] });
  const meters = instruments(provider.getMeter('handstamp'));
  await prometheus?.startServer().catch((error: unknown) => log.error('metrics.no_port', { port: asked?.port, error }));
  return { meters, shutdown: () => provider.shutdown() };
}

/** A push that takes longer than the time to the next one is given up: the next one says the same and more. */
function pushing(everyMs: number): PeriodicExportingMetricReader {
  const exportTimeoutMillis = Math.min(everyMs, LONGEST_PUSH_MS);
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: everyMs,
    exportTimeoutMillis,
  });
}

function instruments(meter: Meter): Meters {
  const counters = new Map<MetricName, Counter>();
  const histograms = new Map<MetricName, Histogram>();
  for (const [name, { kind, unit, says }] of Object.entries(METRICS) as [MetricName, Metric][]) {
    const options = { unit, description: says };
    const advice = { explicitBucketBoundaries: BOUNDARIES_SECONDS };
    if (kind === 'counter') counters.set(name, meter.createCounter(name, options));
    if (kind === 'histogram') histograms.set(name, meter.createHistogram(name, { ...options, advice }));
  }
  readGauges(meter);
  return {
    count: (name, attributes, by) => counters.get(name)?.add(by, attributes),
    record: (name, value, attributes) => histograms.get(name)?.record(value, attributes),
  };
}

/** All gauges in one callback: several of them come of one statement. */
function readGauges(meter: Meter): void {
  const all = (Object.entries(METRICS) as [MetricName, Metric][]).filter(([, { kind }]) => kind === 'gauge');
  const gauges = new Map(
    all.map(([name, { unit, says }]) => [name, meter.createObservableGauge(name, { unit, description: says })]),
  );
  meter.addBatchObservableCallback(
    async (result) => {
      for (const { name, value, attributes } of await readings()) {
        const gauge = gauges.get(name);
        if (gauge !== undefined) result.observe(gauge, value, attributes);
      }
    },
    [...gauges.values()],
  );
}
