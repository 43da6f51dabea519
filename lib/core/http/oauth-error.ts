/**
 * Error codes of the OAuth endpoints with their HTTP status: RFC 6749 §5.2, `invalid_target` of RFC 8707 §2, and ours
 * (§8.5 allows more) for what the RFCs leave open.
 */
export const OAUTH_ERRORS = {
  invalid_request: 400,
  invalid_grant: 400,
  invalid_scope: 400,
  invalid_target: 400,
  unsupported_grant_type: 400,
  mfa_required: 400,
  invalid_client: 401,
  too_many_attempts: 429,
  server_error: 500,
  temporarily_unavailable: 503,
} as const satisfies Record<string, number>;

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

export type OAuthErrorDetails = { readonly description?: string; readonly retryAfterSeconds?: number };

/** Headers of every OAuth answer: tokens are never cached (RFC 6749 §5.1). */
export const OAUTH_HEADERS = {
  'cache-control': 'no-store',
  'cdn-cache-control': 'no-store',
  pragma: 'no-cache',
} as const;

/**
 * An error answer (RFC 6749 §5.2). `description` is for the developer: printable ASCII without quotes and backslashes.
 * `invalid_client` names the scheme to authenticate with.
 */
export function oauthErrorResponse(error: OAuthErrorCode, details: OAuthErrorDetails = {}): Response {
  const { description, retryAfterSeconds } = details;
  const headers = new Headers(OAUTH_HEADERS);
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  if (error === 'invalid_client') headers.set('www-authenticate', 'Basic realm="handstamp"');
  const body = description === undefined ? { error } : { error, error_description: description };
  return Response.json(body, { status: OAUTH_ERRORS[error], headers });
}
