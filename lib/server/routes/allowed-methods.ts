import 'server-only';
import { isForeign } from '@/lib/server/http/request-origin';
import { withCors } from './cross-origin';
import { problemResponse } from './problem-response';
import { type DeclaredRoute, routeAt } from './route-table';

const UNDECLARED: DeclaredRoute = { methods: [], sharing: 'none', originRule: 'all_but_bearer' };

/**
 * 405 with `Allow` (RFC 9110 §15.5.6), to those whose origin the path's own methods would take. Next's own has neither
 * `Allow` nor a problem body.
 */
export function refuseMethod(request: Request): Response {
  const { originRule } = declaredFor(request);
  return withAllow(request, problemResponse(isForeign(request, originRule) ? 'origin_refused' : 'method_not_allowed'));
}

/** `response` with the methods of the path in `Allow`, and for a page of another origin that may read it in CORS headers too. */
export function withAllow(request: Request, response: Response): Response {
  const { methods, sharing } = declaredFor(request);
  response.headers.set('allow', [...methods, 'OPTIONS'].join(', '));
  return withCors(request, response, sharing, methods);
}

const declaredFor = (request: Request): DeclaredRoute => routeAt(new URL(request.url).pathname) ?? UNDECLARED;
