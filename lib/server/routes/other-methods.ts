import 'server-only';
import type { NextRequest } from 'next/server';
import { problemResponse } from '@/lib/core/http/problem';
import { withCors } from './cross-origin';
import { type DeclaredRoute, routeAt } from './route-table';

// `export * from '@/lib/server/routes/other-methods'` in a route file answers the methods that the file does not export:
// what a module exports itself goes before what it re-exports. Next's own 405 has neither `Allow` nor a problem body.

const UNDECLARED: DeclaredRoute = { methods: [], sharing: 'none' };

/** 405 with `Allow` (RFC 9110 §15.5.6). */
async function refuse(request: NextRequest): Promise<Response> {
  return answered(request, problemResponse('method_not_allowed'));
}

/** The methods of the path (RFC 9110 §9.3.7); also the answer to a preflight of a page that may read it. */
export async function OPTIONS(request: NextRequest): Promise<Response> {
  return answered(request, new Response(null, { status: 204 }));
}

function answered(request: NextRequest, response: Response): Response {
  const { methods, sharing } = routeAt(request.nextUrl.pathname) ?? UNDECLARED;
  response.headers.set('allow', [...methods, 'OPTIONS'].join(', '));
  return withCors(request, response, sharing, methods);
}

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
