import 'server-only';
import { corsHeaders, type Sharing } from '@/lib/core/http/cors';
import { env } from '@/lib/server/config/env';

/** `response` with CORS headers, on errors too: a page that cannot read an error cannot act on it. */
export function withCors(
  { method, headers }: Request,
  response: Response,
  sharing: Sharing,
  methods: readonly string[],
): Response {
  if (sharing === 'none') return response;
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
}
