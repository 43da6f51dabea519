import { type BearerError, bearerChallenge } from './bearer';

/**
 * Every `code` of an error answer, with its HTTP status and its title. Clients may rely on the codes; docs/http.md lists
 * them.
 */
export const PROBLEMS = {
  malformed_request: [400, 'The request could not be read'],
  unauthenticated: [401, 'Sign in to continue'],
  session_ended: [401, 'This session has ended'],
  invalid_credentials: [401, 'Email or password is not right'],
  invalid_code: [401, 'This code is not valid'],
  invalid_token: [401, 'This link is not valid any more'],
  invalid_passkey: [401, 'This passkey was not accepted'],
  unknown_passkey: [401, 'This passkey is not known here'],
  origin_refused: [403, 'The request did not come from this site'],
  forbidden: [403, 'This account may not do that'],
  step_up_required: [403, 'Confirm that it is you'],
  factor_required: [403, 'This account asks for its second factor'],
  not_found: [404, 'There is nothing here'],
  method_not_allowed: [405, 'This method is not allowed here'],
  own_account: [409, 'This is your own account'],
  last_admin: [409, 'This is the last admin'],
  email_change_recent: [409, 'The last change of address can still be undone'],
  last_factor: [409, 'This is the last second factor'],
  factor_exists: [409, 'There is an authenticator app already'],
  no_factor: [409, 'This account has no second factor'],
  factors_changed: [409, 'The second factors were changed at the same moment'],
  passkey_exists: [409, 'This passkey is known here already'],
  too_many_passkeys: [409, 'This account has as many passkeys as it may'],
  passkeys_unavailable: [409, 'There are no passkeys at this address'],
  payload_too_large: [413, 'The request body is too large'],
  unsupported_media_type: [415, 'Send JSON or a urlencoded form'],
  validation_failed: [422, 'Some fields need attention'],
  too_many_attempts: [429, 'Too many attempts'],
  internal_error: [500, 'Something went wrong on our side'],
  service_unavailable: [503, 'The service cannot answer right now'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (value: unknown): value is ProblemCode =>
  typeof value === 'string' && Object.hasOwn(PROBLEMS, value);

/** A field that was refused: its name, a stable code, and a sentence for the person. */
export type FieldFault = { readonly field: string; readonly code: string; readonly message: string };

export type ProblemDetails = {
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  /** What this server cannot reach (RFC 9457 §3.2). */
  readonly away?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** Of work in several steps: those that failed, by name, and what the others came to. */
  readonly failed?: readonly string[];
  readonly done?: object;
  /** By what a proof that is asked for may be given, best first, and how old it may be. */
  readonly methods?: readonly string[];
  readonly maxAgeSeconds?: number;
  /** Said in `WWW-Authenticate`: the request brought a Bearer token, and this was wrong with it. */
  readonly bearerError?: BearerError;
};

/** Headers of every answer that depends on who asks. */
export const PRIVATE_HEADERS = {
  'cache-control': 'private, no-store',
  'cdn-cache-control': 'private, no-store',
  vary: 'Cookie',
} as const;

/** Of an answer that is no page: private, it loads nothing and stands in no frame. next.config.js says so of the API. */
export const HEADERS_OF_NO_PAGE = {
  ...PRIVATE_HEADERS,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Below it stands a page for each code. */
export const PROBLEMS_PATH = '/problems';

/** The `type` of a problem: an absolute address, as RFC 9457 §3.1.1 recommends, that opens the page about the code. */
const typeOf = (appOrigin: string, code: ProblemCode): string => `${appOrigin}${PROBLEMS_PATH}/${code}`;

/**
 * An error answer (RFC 9457) of the site at `appOrigin`. Never cached; `Retry-After` in seconds; `WWW-Authenticate` with
 * every 401 (RFC 9110 §15.5.2).
 */
export function problemDocument(appOrigin: string, code: ProblemCode, details: ProblemDetails = {}): Response {
  const [status, title] = PROBLEMS[code];
  const { retryAfterSeconds, bearerError, ...rest } = details;
  const headers = new Headers({ ...HEADERS_OF_NO_PAGE, 'content-type': 'application/problem+json' });
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  if (status === 401 || bearerError !== undefined) headers.set('www-authenticate', bearerChallenge(bearerError));
  const type = typeOf(appOrigin, code);
  return new Response(JSON.stringify({ type, title, status, code, ...rest }), { status, headers });
}
