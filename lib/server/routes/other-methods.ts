import 'server-only';
import type { NextRequest } from 'next/server';
import { problemResponse } from '@/lib/core/http/problem';
import { isForeign } from '@/lib/server/http/request-origin';
import { withCors } from './cross-origin';
import { type DeclaredRoute, routeAt } from './route-table';

// `export * from '@/lib/server/routes/other-methods'` in a route file answers the methods that the file does not export:
// what a module exports itself goes before what it re-exports. Next's own 405 has neither `Allow` nor a problem body.

const UNDECLARED: DeclaredRoute = { methods: [], sharing: 'none', originRule: 'all_but_bearer' };

/** 405 with `Allow` (RFC 9110 §15.5.6), to those whose origin the path's own methods would take. */
async function refuse(request: NextRequest): Promise<Response> {
  const { originRule } = declaredFor(request);
  return answered(request, problemResponse(isForeign(request, originRule) ? 'origin_refused' : 'method_not_allowed'));
}

/** The methods of the path (RFC 9110 §9.3.7); also the answer to a preflight of a page that may read it. */
export async function OPTIONS(request: NextRequest): Promise<Response> {
  return answered(request, new Response(null, { status: 204 }));
}

function answered(request: NextRequest, response: Response): Response {
  const { methods, sharing } = declaredFor(request);
  response.headers.set('allow', [...methods, 'OPTIONS'].join(', '));
  return withCors(request, response, sharing, methods);
}

const declaredFor = (request: NextRequest): DeclaredRoute => routeAt(request.nextUrl.pathname) ?? UNDECLARED;

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
