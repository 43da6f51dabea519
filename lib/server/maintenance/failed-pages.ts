import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connectionFault } from '@/lib/server/database/connection-faults';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import { log } from '@/lib/server/observability/logger';

/** What Next tells of a request that failed in a page, an action or a handler. */
export type FailedRequest = {
  readonly path: string;
  readonly method: string;
  readonly headers: NodeJS.Dict<string | string[]>;
};

const RETRY_AFTER_SECONDS = 2;

/** The answer to each request under way, by the object of its headers: that is what Next names a failed request by. */
const answers = new WeakMap<object, ServerResponse>();

/** Remembers answers from now on. Call it once, before the first request. */
export function watchAnswers(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    answers.set(request.headers, response);
  });
}

/**
 * Notes why a page or an action failed, and makes our own trouble a 503 with `Retry-After` (RFC 9110 §15.6.4): Next
 * knows 500 only, and a page can choose no status. Nothing is sent yet when Next calls this, because a page here comes whole.
 */
export function tellFailedRequest(error: unknown, { path, method, headers }: FailedRequest): void {
  const { sentence: reason } = connectionFault(error) ?? {};
  log.error('page.failed', { method, path: path.split('?', 1).join(''), reason, error });
  const answer = answers.get(headers);
  if (answer === undefined || answer.headersSent || !isDatabaseTrouble(error)) return;
  const writeHead = answer.writeHead.bind(answer);
  answer.writeHead = ((status: number, ...rest: []) => {
    if (status !== 500) return writeHead(status, ...rest);
    answer.setHeader('retry-after', RETRY_AFTER_SECONDS);
    answer.statusMessage = 'Service Unavailable';
    return writeHead(503, ...rest);
  }) as typeof answer.writeHead;
}
