import 'server-only';
import type { NextRequest } from 'next/server';
import {
  OAUTH_HEADERS,
  type OAuthErrorCode,
  type OAuthErrorDetails,
  oauthErrorResponse,
} from '@/lib/core/http/oauth-error';
import { isRecord } from '@/lib/core/json';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import { DEFAULT_MAX_BODY_BYTES, readBody } from '@/lib/server/http/request-body';
import { type RequestFacts, requestFacts } from '@/lib/server/http/request-facts';
import { log } from '@/lib/server/observability/logger';
import type { RouteHandler } from '@/lib/server/routes/route-handler';

/** What an OAuth endpoint answers. */
export type OAuthAnswer =
  | { readonly kind: 'json'; readonly body: object }
  /** 200 without a body (RFC 7009 §2.2). */
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly code: OAuthErrorCode; readonly details?: OAuthErrorDetails };

export const answer = (body: object): OAuthAnswer => ({ kind: 'json', body });
export const done: OAuthAnswer = { kind: 'done' };
export const oauthError = (code: OAuthErrorCode, details?: OAuthErrorDetails): OAuthAnswer =>
  details ? { kind: 'error', code, details } : { kind: 'error', code };

/** Parameters by name; one without a value counts as absent (RFC 6749 §3.2), and so does one that is no text. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export type OAuthCall = {
  readonly request: NextRequest;
  readonly parameters: Parameters;
  readonly facts: RequestFacts;
};

/**
 * A handler of an OAuth endpoint, for programs. It reads no cookie and sets none, so that no page of another site can use
 * it in somebody's name, and asks for no `Origin`. Takes a form (what the RFCs say) or JSON with the same names.
 */
export function oauthRoute(handle: (call: OAuthCall) => Promise<OAuthAnswer>): RouteHandler {
  return async (request) => toResponse(await guarded(request, () => run(request, handle)));
}

async function run(request: NextRequest, handle: (call: OAuthCall) => Promise<OAuthAnswer>): Promise<OAuthAnswer> {
  const read = await readBody(request, DEFAULT_MAX_BODY_BYTES);
  if (!read.ok) return oauthError('invalid_request', { description: BODY_FAULTS[read.code] });
  if (!isRecord(read.value)) return oauthError('invalid_request', { description: BODY_FAULTS.malformed_request });
  const texts = Object.entries(read.value).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && value !== '' ? [[name, value]] : [],
  );
  return handle({ request, parameters: Object.fromEntries(texts), facts: requestFacts(request.headers) });
}

const BODY_FAULTS = {
  malformed_request: 'The body is no readable form or JSON object, or names a parameter twice',
  payload_too_large: 'The body is too large',
  unsupported_media_type: 'Send application/x-www-form-urlencoded or application/json',
} as const;

/** As for every other endpoint: our own trouble is told as such, logged, and says nothing of its cause. */
async function guarded(request: NextRequest, work: () => Promise<OAuthAnswer>): Promise<OAuthAnswer> {
  try {
    return await work();
  } catch (error) {
    log.error('request.failed', { method: request.method, path: request.nextUrl.pathname, error });
    return isDatabaseTrouble(error)
      ? oauthError('temporarily_unavailable', { retryAfterSeconds: 2 })
      : oauthError('server_error');
  }
}

function toResponse(given: OAuthAnswer): Response {
  switch (given.kind) {
    case 'json':
      return Response.json(given.body, { headers: OAUTH_HEADERS });
    case 'done':
      return new Response(null, { headers: OAUTH_HEADERS });
    case 'error':
      return oauthErrorResponse(given.code, given.details);
  }
}
