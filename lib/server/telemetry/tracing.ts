import 'server-only';
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Resource } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { formatTraceparent, type TraceContext } from '@/lib/core/http/trace-context';
import { env } from '@/lib/server/config/env';
import type { Traces } from '@/lib/server/observability/telemetry';
import { type GlobalApi, publish } from './global-api';
import type { RouteOf } from './route-names';
import { ENTRY, samplerOf } from './sampling';
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
  const provider = new NodeTracerProvider({
    resource,
    sampler: samplerOf(env()),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const api = publish(provider);
  const tracer = provider.getTracer(TRACER);
  return {
    traces: tracesOf(tracer),
    enter: (method, caller) => enter(tracer, api, method, caller),
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

function enter(tracer: Tracer, api: GlobalApi, method: string, caller: TraceContext | null): Entry {
  const attributes = { 'http.request.method': method };
  const context = belowCaller(caller).setValue(ENTRY, true);
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, context);
  api.enter(trace.setSpan(ROOT_CONTEXT, span));
  return { traceparent: traceparentOf(span), end: (route, status) => endEntry(span, method, route, status) };
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
  span.updateName(`${method} ${route}`);
  span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
