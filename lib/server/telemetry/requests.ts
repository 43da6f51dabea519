import 'server-only';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http';
import { parseTraceparent, TRACEPARENT } from '@/lib/core/http/trace-context';
import { record } from '@/lib/server/observability/telemetry';
import type { RouteOf } from './route-names';
import type { Tracing } from './tracing';

/** Nobody waited for the answer: no status of HTTP, and what proxies write into their logs for it. */
const NOBODY_WAITED = 499;

type Started = { readonly request: IncomingMessage; readonly response: ServerResponse };

/**
 * Measures every request from now on, and puts it into a trace: what stands in its `traceparent` afterwards is ours, so that
 * the middleware, the pages and handlers behind it, and what the middleware asks its own server, are all below one span.
 *
 * @param ownPort Where our metrics are asked for: those requests are nobody's.
 * @returns Ends it.
 */
export function watchRequests(tracing: Tracing | null, routeOf: RouteOf, ownPort: number | null): () => void {
  const onStart = (message: unknown) => {
    const { request, response } = message as Started;
    if (request.socket.localPort === ownPort) return;
    const startedMs = performance.now();
    const method = METHODS.includes(request.method ?? '') ? (request.method ?? '') : 'other';
    const entry = tracing?.enter(method, parseTraceparent(request.headers[TRACEPARENT] as string | undefined));
    if (entry !== undefined) {
      request.headers[TRACEPARENT] = entry.traceparent;
      // Another's words, which would be recorded with every span.
      delete request.headers['tracestate'];
    }
    const url = request.url ?? '/';
    response.once('close', () => {
      const route = routeOf(url);
      const status = response.headersSent ? response.statusCode : NOBODY_WAITED;
      entry?.end(route, status);
      const seconds = (performance.now() - startedMs) / 1_000;
      record('http.server.request.duration', seconds, {
        'http.route': route,
        'http.response.status_code': String(status),
      });
    });
  };
  subscribe('http.server.request.start', onStart);
  return () => unsubscribe('http.server.request.start', onStart);
}
