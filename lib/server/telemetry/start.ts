import 'server-only';
import { randomUUID } from 'node:crypto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { env } from '@/lib/server/config/env';
import { afterLastRequest } from '@/lib/server/maintenance/ending';
import { setTelemetry } from '@/lib/server/observability/telemetry';
import { startMetering } from './metering';
import { watchRequests } from './requests';
import { builtRouteNames } from './route-names';
import { startTracing } from './tracing';
import { tellTrouble } from './trouble';

/** What is left is sent for so long at the end, of the second that all steps have there, and then lost. */
const END_WITHIN_MS = 800;

/** A development server begins anew in the same process. */
const shared = globalThis as typeof globalThis & { handstampEndTelemetry?: () => Promise<void> };

/**
 * Collects traces where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and metrics where that or `METRICS_PORT` is. Call it once
 * before the first request, and only then: this module loads the OpenTelemetry SDK.
 */
export async function startTelemetry(): Promise<void> {
  await endTelemetry();
  tellTrouble();
  const { otlpEndpoint, metricsPort, metricsHost, metricExportMs } = env();
  const isPushed = otlpEndpoint !== null;
  // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say, and which of several instances this one is.
  const named = resourceFromAttributes({ 'service.name': 'handstamp', 'service.instance.id': randomUUID() });
  const resource = named.merge(detectResources({ detectors: [envDetector] }));
  const routeOf = builtRouteNames();
  const tracing = isPushed ? startTracing(resource, routeOf) : null;
  const asked = metricsPort === null ? null : { host: metricsHost, port: metricsPort };
  const { meters, shutdown } = await startMetering({ resource, pushEveryMs: isPushed ? metricExportMs : null, asked });
  const stopWatching = watchRequests(tracing, routeOf, metricsPort);
  setTelemetry({ meters, ...(tracing === null ? {} : { traces: tracing.traces }) });
  shared.handstampEndTelemetry = async () => {
    delete shared.handstampEndTelemetry;
    stopWatching();
    setTelemetry(undefined);
    await withinBound(Promise.allSettled([tracing?.shutdown(), shutdown()]));
  };
  afterLastRequest('telemetry', endTelemetry);
}

/** Sends what was collected and ends it, within its bound whatever the collector does. Nothing to do where nothing began. */
export const endTelemetry = async (): Promise<void> => shared.handstampEndTelemetry?.();

async function withinBound(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise((resolve) => {
    timer = setTimeout(resolve, END_WITHIN_MS);
  });
  await Promise.race([work, isOver]);
  clearTimeout(timer);
}
