import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** OTLP over HTTP as JSON, as far as we look: whatever else a message says is kept as it came. */
const value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
});
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((all) =>
    Object.fromEntries(
      all.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
        key,
        String(stringValue ?? intValue ?? doubleValue ?? boolValue),
      ]),
    ),
  );

const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  attributes,
  events: z.array(z.unknown()).default([]),
});
const traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

const point = z.object({
  attributes,
  asDouble: z.number().optional(),
  asInt: z.union([z.string(), z.number()]).optional(),
  count: z.union([z.string(), z.number()]).optional(),
});
const points = z.object({ dataPoints: z.array(point) }).optional();
const metric = z.object({ name: z.string(), unit: z.string(), sum: points, gauge: points, histogram: points });
const metrics = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metric) })) })),
});

export type CollectedSpan = z.infer<typeof span>;
/** The newest state of one metric with these attributes: a sum, a gauge, or how many a histogram has counted. */
export type CollectedPoint = {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly value: number;
};

export type Collector = {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Of the last message. */
  points(): readonly CollectedPoint[];
  /** Every message whole, as it came. */
  readonly messages: readonly string[];
  stop(): Promise<void>;
};

/** A collector on the loopback that keeps what it is sent. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const messages: string[] = [];
  let points: CollectedPoint[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    messages.push(text);
    if (request.url === '/v1/traces') spans.push(...spansIn(text));
    if (request.url === '/v1/metrics') points = pointsIn(text);
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    points: () => points,
    messages,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const spansIn = (text: string): CollectedSpan[] =>
  traces
    .parse(JSON.parse(text))
    .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap((scope) => scope.spans);

const pointsIn = (text: string): CollectedPoint[] =>
  metrics
    .parse(JSON.parse(text))
    .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .flatMap(
      ({ name, sum, gauge, histogram }) =>
        (sum ?? gauge ?? histogram)?.dataPoints.map((one) => ({
          name,
          attributes: one.attributes,
          value: Number(one.count ?? one.asInt ?? one.asDouble),
        })) ?? [],
    );

/**
 * The spans of a trace as a tree of their names, a line each, children in the order in which they began:
 *
 *     GET /dashboard
 *       POST /api/auth/refresh
 */
export function drawTrace(spans: readonly CollectedSpan[], traceId: string): string {
  const inTrace = spans
    .filter((one) => one.traceId === traceId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  const known = new Set(inTrace.map(({ spanId }) => spanId));
  const below = (parent: string | null): CollectedSpan[] =>
    inTrace.filter(({ parentSpanId = '' }) => (known.has(parentSpanId) ? parentSpanId : null) === parent);
  const lines = (parent: string | null, depth: number): string[] =>
    below(parent).flatMap((one) => [`${'  '.repeat(depth)}${one.name}`, ...lines(one.spanId, depth + 1)]);
  return lines(null, 0).join('\n');
}
