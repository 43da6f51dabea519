import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { BaseServerSpan } from 'next/dist/server/lib/trace/constants.js';
import { getTracer } from 'next/dist/server/lib/trace/tracer.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { publish } from '@/lib/server/telemetry/global-api';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracerAsked = vi.spyOn(provider, 'getTracer');
const api = publish(provider);
afterEach(() => {
  exporter.reset();
  tracerAsked.mockClear();
});

const OUTSIDE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
/** What Next does around a page. */
const traced = () => getTracer().trace(BaseServerSpan.handleRequest, async () => trace.getActiveSpan()?.spanContext());

describe('a span of Next', () => {
  it('is made in a request whose span is recorded, below that span', async () => {
    const span = provider.getTracer('test').startSpan('GET', {}, ROOT_CONTEXT);
    api.enter(trace.setSpan(ROOT_CONTEXT, span));
    const own = await traced();
    expect(own?.traceId).toBe(span.spanContext().traceId);
    expect(exporter.getFinishedSpans().map((made) => made.parentSpanContext?.spanId)).toEqual([
      span.spanContext().spanId,
    ]);
  });

  it('is not made in a request that is outside the sample: its own is the active one', async () => {
    api.enter(trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(OUTSIDE)));
    expect(await traced()).toEqual(OUTSIDE);
    expect(tracerAsked).not.toHaveBeenCalled();
  });

  it('is not made where no request is running', async () => {
    api.enter(ROOT_CONTEXT);
    expect(await traced()).toBeUndefined();
    expect(tracerAsked).not.toHaveBeenCalled();
  });
});
