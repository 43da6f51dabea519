import 'server-only';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** How Next marks its answer to a server action of another build. */
const NOT_FOUND_HEADER = 'x-nextjs-action-not-found';

/**
 * From now on, a plain form of a page that an older build made is led to a page which says so. Next answers it with a line
 * of text, and nothing else could answer: the id of an action is in the body. Requests of scripts are left alone: there the
 * error page says it. Call it once, before the first request.
 */
export function leadStaleForms(): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.method !== 'POST' || request.headers['next-action'] !== undefined) return;
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((status: number, ...rest: []) => {
      if (!response.hasHeader(NOT_FOUND_HEADER)) return writeHead(status, ...rest);
      const [path = '/'] = (request.url ?? '/').split('?', 1);
      response.setHeader('location', `/reload?next=${encodeURIComponent(path)}`);
      return writeHead(303, ...rest);
    }) as typeof response.writeHead;
  });
}
