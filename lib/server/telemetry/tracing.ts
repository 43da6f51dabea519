import 'server-only';
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { formatTraceparent, type TraceContext } from '@/lib/core/http/trace-context';
import { env } from '@/lib/server/config/env';
import type { Traces } from '@/lib/server/observability/telemetry';
import { publish } from './global-api';
import type { RouteOf } from './route-names';
import { ENTRY, samplerOf } from './sampling';
import { ForeseenIds } from './trace-ids';
import { withholding } from './withheld';

export type Tracing = {
  readonly traces: Traces;
  /** Begins the span of the request that is running and came in below `caller`, whoever that is. */
  enter(method: string, caller: TraceContext | null): Entry;
  /** Sends what is left. */
  shutdown(): Promise<void>;
};

export type Entry = {
  /** For everything that belongs to the request. */
  readonly traceparent: string;
  end(route: string, status: number): void;
};

/** The version 0.x of the library's own address is of no use to anybody. */
const TRACER = 'handstamp';

/** Collects traces from now on, the spans of Next among them. */
export function startTracing(resource: Resource, routeOf: RouteOf): Tracing {
  const exporter = withholding(new OTLPTraceExporter(), routeOf);
  const sampler = samplerOf(env());
  const ids = new ForeseenIds();
  const provider = new NodeTracerProvider({
    resource,
    sampler,
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const api = publish(provider);
  const tracer = provider.getTracer(TRACER);
  return {
    traces: tracesOf(tracer),
    enter(method, caller) {
      const traceId = caller?.traceId ?? ids.generateTraceId();
      const span = sampler.takes(traceId, caller)
        ? ids.foreseen(traceId, () => startEntry(tracer, method, caller))
        : // What nobody records needs its names and no more, which saves most of what a span costs.
          trace.wrapSpanContext({ traceId, spanId: ids.generateSpanId(), traceFlags: TraceFlags.NONE });
      api.enter(trace.setSpan(ROOT_CONTEXT, span));
      return { traceparent: traceparentOf(span), end: (route, status) => endEntry(span, method, route, status) };
    },
    shutdown: () => {
      api.withdraw();
      return provider.shutdown();
    },
  };
}

function tracesOf(tracer: Tracer): Traces {
  return {
    inSpan: (name, work) =>
      tracer.startActiveSpan(name, async (span) => {
        try {
          return await work((facts) => span.setAttributes(facts));
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      }),
    active: () => {
      const { traceId, spanId } = trace.getActiveSpan()?.spanContext() ?? {};
      return traceId === undefined || spanId === undefined ? null : { traceId, spanId };
    },
  };
}

function startEntry(tracer: Tracer, method: string, caller: TraceContext | null): Span {
  const attributes = { 'http.request.method': method };
  return tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, belowCaller(caller).setValue(ENTRY, true));
}

function belowCaller(caller: TraceContext | null) {
  if (caller === null) return ROOT_CONTEXT;
  const { traceId, parentId: spanId, isSampled } = caller;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: isSampled ? 1 : 0, isRemote: true });
}

function traceparentOf(span: Span): string {
  const { traceId, spanId: parentId, traceFlags } = span.spanContext();
  return formatTraceparent({ traceId, parentId, isSampled: (traceFlags & 1) === 1 });
}

function endEntry(span: Span, method: string, route: string, status: number): void {
  if (!span.isRecording()) return;
  span.updateName(`${method} ${route}`);
  span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
