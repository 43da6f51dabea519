import 'server-only';
import type { NextRequest } from 'next/server';
import type { Sharing } from '@/lib/core/http/cors';
import {
  OAUTH_HEADERS,
  type OAuthErrorCode,
  type OAuthErrorDetails,
  oauthErrorResponse,
} from '@/lib/core/http/oauth-error';
import { isRecord } from '@/lib/core/json';
import { type BodyFailure, DEFAULT_MAX_BODY_BYTES, readBody } from '@/lib/server/http/request-body';
import type { Answer } from '@/lib/server/routes/answer';
import { type Call, type ErrorFormat, pipeline, type RouteHandler, type Step } from '@/lib/server/routes/pipeline';
import type { RouteName } from '@/lib/server/routes/route-table';

/** An error of an OAuth endpoint (RFC 6749 §5.2). */
export type OAuthError = {
  readonly kind: 'error';
  readonly code: OAuthErrorCode;
  readonly details?: OAuthErrorDetails;
};
export type OAuthAnswer = Answer<OAuthError>;

export const oauthError = (code: OAuthErrorCode, details?: OAuthErrorDetails): OAuthError =>
  details ? { kind: 'error', code, details } : { kind: 'error', code };

/** Parameters by name; one without a value counts as absent (RFC 6749 §3.2), and so does one that is no text. */
export type Parameters = Readonly<Record<string, string | undefined>>;
export type OAuthCall = Call<null, Parameters>;

const BODY_FAULTS: Record<BodyFailure, string> = {
  malformed_request: 'The body is no readable form or JSON object, or names a parameter twice',
  payload_too_large: 'The body is too large',
  unsupported_media_type: 'Send application/x-www-form-urlencoded or application/json',
};

const OAUTH_FORMAT: ErrorFormat<OAuthError> = {
  headers: OAUTH_HEADERS,
  toResponse: ({ code, details }) => oauthErrorResponse(code, details),
  errorOf(failure) {
    switch (failure) {
      case 'service_unavailable':
        return oauthError('temporarily_unavailable', { retryAfterSeconds: 2 });
      case 'internal_error':
        return oauthError('server_error');
      case 'origin_refused':
        return oauthError('invalid_request');
      default:
        return oauthError('invalid_request', { description: BODY_FAULTS[failure] });
    }
  },
};

/**
 * A handler of an OAuth endpoint, for programs. It reads no cookie and sets none, so that no page of another site can use
 * it in a visitor's name, and asks for no `Origin`. Takes a form (what the RFCs say) or JSON with the same names.
 */
export function oauthRoute(
  name: RouteName,
  { sharing = 'none' }: { readonly sharing?: Sharing },
  handle: (call: OAuthCall) => Promise<OAuthAnswer>,
): RouteHandler {
  return pipeline(name, {
    format: OAUTH_FORMAT,
    sharing,
    originRule: 'none',
    identify: async () => ({ ok: true, value: null }),
    readBody: async (request) => ({ fields: {}, outcome: await readParameters(request) }),
    handle,
  });
}

async function readParameters(request: NextRequest): Promise<Step<Parameters, OAuthError>> {
  const read = await readBody(request, DEFAULT_MAX_BODY_BYTES);
  if (!read.ok) return { ok: false, error: OAUTH_FORMAT.errorOf(read.code) };
  if (!isRecord(read.value)) return { ok: false, error: OAUTH_FORMAT.errorOf('malformed_request') };
  const texts = Object.entries(read.value).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && value !== '' ? [[name, value]] : [],
  );
  return { ok: true, value: Object.fromEntries(texts) };
}
