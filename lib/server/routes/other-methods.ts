import 'server-only';
import type { NextRequest } from 'next/server';
import { refuseMethod, withAllow } from './allowed-methods';

// `export * from '@/lib/server/routes/other-methods'` in a route file answers the methods that the file does not export:
// what a module exports itself goes before what it re-exports. Next's own 405 has neither `Allow` nor a problem body.

async function refuse(request: NextRequest): Promise<Response> {
  return refuseMethod(request);
}

/** The methods of the path (RFC 9110 §9.3.7); also the answer to a preflight of a page that may read it. */
export async function OPTIONS(request: NextRequest): Promise<Response> {
  return withAllow(request, new Response(null, { status: 204 }));
}

export { refuse as DELETE, refuse as GET, refuse as PATCH, refuse as POST, refuse as PUT };
