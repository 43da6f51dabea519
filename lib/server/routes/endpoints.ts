import 'server-only';
import { corsHeaders, type Sharing } from '@/lib/core/http/cors';
import { problemResponse } from '@/lib/core/http/problem';
import { env } from '@/lib/server/config/env';
import type { RouteHandler } from './route-handler';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
type Endpoints = Record<Method | 'OPTIONS', RouteHandler>;

/**
 * The exports of a route file: the handlers given, and for every other method 405 with `Allow` (RFC 9110 §15.5.6) and a
 * problem body, which Next's own 405 has not. `sharing` says which pages of other origins may read the answers.
 */
export function endpoints(
  handlers: Partial<Record<Exclude<Method, 'HEAD'>, RouteHandler>>,
  sharing: Sharing = 'none',
): Endpoints {
  const all: Partial<Record<Method, RouteHandler>> = handlers.GET ? { ...handlers, HEAD: handlers.GET } : handlers;
  const methods = METHODS.filter((method) => all[method] !== undefined);
  const allow = [...methods, 'OPTIONS'].join(', ');
  const refuse: RouteHandler = async () => {
    const response = problemResponse('method_not_allowed');
    response.headers.set('allow', allow);
    return response;
  };
  const tell: RouteHandler = async () => new Response(null, { status: 204, headers: { allow } });
  const share = (handle: RouteHandler): RouteHandler =>
    sharing === 'none' ? handle : shared(handle, sharing, methods);
  return {
    GET: share(all.GET ?? refuse),
    HEAD: share(all.HEAD ?? refuse),
    POST: share(all.POST ?? refuse),
    PUT: share(all.PUT ?? refuse),
    PATCH: share(all.PATCH ?? refuse),
    DELETE: share(all.DELETE ?? refuse),
    OPTIONS: share(tell),
  };
}

/** `handle` with CORS headers on every answer, errors too: a page that cannot read an error cannot act on it. */
function shared(handle: RouteHandler, sharing: Sharing, methods: readonly string[]): RouteHandler {
  const addHeaders = ({ method, headers }: Request, response: Response): Response => {
    const asked = {
      method,
      origin: headers.get('origin'),
      preflightMethod: headers.get('access-control-request-method'),
    };
    for (const [name, value] of Object.entries(corsHeaders(sharing, asked, methods, env().corsOrigins))) {
      if (name === 'vary') response.headers.append(name, value);
      else response.headers.set(name, value);
    }
    return response;
  };
  return (request, context) => handle(request, context).then((response) => addHeaders(request, response));
}
