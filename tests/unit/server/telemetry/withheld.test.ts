import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect, test } from 'vitest';
import { routeNames } from '@/lib/server/telemetry/route-names';
import { withholding } from '@/lib/server/telemetry/withheld';

const routeOf = routeNames({
  staticRoutes: [
    { page: '/', regex: '' },
    { page: '/dashboard', regex: '' },
    { page: '/_not-found', regex: '' },
  ],
  dynamicRoutes: [{ page: '/admin/users/[id]', regex: '^/admin/users/([^/]+?)(?:/)?$' }],
});

test.each([
  ['/dashboard', '/dashboard'],
  ['/dashboard?token=x', '/dashboard'],
  ['/', '/'],
  ['/admin/users/somebody@example.com', '/admin/users/[id]'],
  ['/_next/static/chunks/a.js', '/_next'],
  ['/_not-found', 'other'],
  ['/wp-login.php', 'other'],
  ['', 'other'],
])('%s is the route %s', (url, route) => {
  expect(routeOf(url)).toBe(route);
});

test('a span says its route and what is listed, and nothing of addresses, errors and callers', async () => {
  const kept = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(withholding(kept, routeOf));
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('next.js');
  const error = new Error('Key (email)=(somebody@example.com) already exists');
  const span = tracer.startSpan('fetch GET http://127.0.0.1:3000/admin/users/somebody@example.com?token=x', {
    kind: SpanKind.SERVER,
    links: [{ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } }],
  });
  span.setAttributes({
    'http.target': '/admin/users/somebody@example.com?token=x',
    'http.route': '/admin/users/somebody@example.com',
    'http.status_code': 200,
    'next.span_name': 'GET /somebody@example.com',
    'next.route': '/(admin)/admin/users/[id]/page',
    'handstamp.outcome': 'rotate',
  });
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  span.end();
  const noise = tracer.startSpan('load route module');
  noise.setAttribute('next.span_type', 'LoadComponents.loadRouteModule').end();
  await processor.forceFlush();
  const [sent, ...more] = kept.getFinishedSpans();
  expect(more).toEqual([]);
  expect(sent).toMatchObject({
    name: 'fetch GET /admin/users/[id]',
    status: { code: SpanStatusCode.ERROR },
    attributes: {
      'http.route': '/admin/users/[id]',
      'http.status_code': 200,
      'next.route': '/admin/users/[id]',
      'handstamp.outcome': 'rotate',
    },
    events: [],
    links: [],
  });
  expect(sent?.kind).toBe(SpanKind.SERVER);
  expect(Object.keys(sent?.attributes ?? {})).toHaveLength(4);
  expect(sent?.spanContext()).toEqual(span.spanContext());
  expect(sent?.status).not.toHaveProperty('message');
});
