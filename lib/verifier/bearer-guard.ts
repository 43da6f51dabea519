import type { TokenFailure } from '@/lib/core/failures';
import { bearerChallenge, readCredentials, reauthenticationChallenge } from '@/lib/core/http/bearer';
import type { AccessClaims } from '@/lib/core/token/claims';
import { realSurroundings, type Surroundings } from './surroundings';
import type { Verifier } from './verifier';

/** An answer for a caller who may not pass, ready to be sent as it is. */
export type BearerRefusal = {
  readonly status: 400 | 401 | 503;
  /** With lower-case names. Every 401 has `www-authenticate`, every 503 `retry-after` in seconds. */
  readonly headers: Readonly<Record<string, string>>;
  /** A problem document (RFC 9457). */
  readonly body: string;
};

/** Either the claims of the caller, or how to refuse. */
export type BearerOutcome =
  | { readonly claims: AccessClaims; readonly refusal: null }
  | {
      readonly claims: null;
      readonly refusal: BearerRefusal;
      /** For the log, never for the caller: why the token was refused; null when there was none to verify. */
      readonly failure: TokenFailure | 'insufficient_user_authentication' | null;
    };

/** What a request wants of its token besides that it is good. */
export type ProofRequirement = {
  /** How long ago the person may have proven who they are (`auth_time`), in seconds. */
  readonly maxAgeSeconds?: number;
  /** How they must have done so: every one of these values of `amr` (RFC 8176), such as `mfa`. */
  readonly amr?: readonly string[];
};

/** Takes the `Authorization` header of a request, null or undefined when it has none; gives the claims or the refusal to send. */
export type BearerGuard = (authorization: string | null | undefined) => Promise<BearerOutcome>;

/** The verifier fetches lists again after half a second, so that a retry then is likely to be answered. */
const RETRY_AFTER_SECONDS = 2;

/** Without a `type` of its own a problem has the phrase of its status for a title (RFC 9457 §4.2.1). */
const PHRASES = {
  400: ['Bad Request', 'The Authorization header could not be read'],
  401: ['Unauthorized', 'A valid access token is needed'],
  503: ['Service Unavailable', 'Nobody can tell at this moment whether the token is valid'],
} as const;

/**
 * Guards a service with Bearer tokens (RFC 6750 §3). Without credentials: 401 with a bare challenge, which must not say
 * an error. Credentials that cannot be read: 400 `invalid_request`. A token that is not good, for whatever reason: 401
 * `invalid_token`; where the claims of its person changed since, `error_description` says that a refresh brings a good one.
 * When it cannot be known: 503, never 401, which would make a program throw away a good token.
 *
 * With a `requirement`, a good token whose person has to prove who they are once more is answered 401
 * `insufficient_user_authentication` (RFC 9470 §3): its program has them sign in again, and comes back with a new token.
 *
 * @throws TypeError for a `maxAgeSeconds` that is no time.
 */
export function bearerGuard(
  verifier: Verifier,
  requirement: ProofRequirement = {},
  { now }: Pick<Surroundings, 'now'> = realSurroundings,
): BearerGuard {
  const { maxAgeSeconds = null, amr = [] } = requirement;
  if (maxAgeSeconds !== null && !(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
    throw new TypeError('maxAgeSeconds is a number of whole seconds');
  }
  return async (authorization) => {
    const credentials = readCredentials(authorization ?? null);
    if (credentials.kind === 'none') return refuse(401, null, { 'www-authenticate': bearerChallenge() });
    if (credentials.kind === 'malformed') {
      return refuse(400, null, { 'www-authenticate': bearerChallenge('invalid_request') });
    }
    const verified = await verifier.verify(credentials.token);
    if (verified.ok) {
      const { amr: proofs, auth_time } = verified.value;
      const isOld = maxAgeSeconds !== null && now() - auth_time > maxAgeSeconds;
      if (!isOld && amr.every((value) => proofs.includes(value))) return { claims: verified.value, refusal: null };
      const challenge = reauthenticationChallenge(maxAgeSeconds);
      return refuse(401, 'insufficient_user_authentication', { 'www-authenticate': challenge });
    }
    if (verified.code === 'status_unavailable') {
      return refuse(503, verified.code, { 'retry-after': String(RETRY_AFTER_SECONDS) });
    }
    const challenge = bearerChallenge(verified.code === 'stale_claims' ? 'stale_claims' : 'invalid_token');
    return refuse(401, verified.code, { 'www-authenticate': challenge });
  };
}

function refuse(
  status: BearerRefusal['status'],
  failure: Extract<BearerOutcome, { claims: null }>['failure'],
  own: Readonly<Record<string, string>>,
): BearerOutcome {
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...own };
  const [title, detail] = PHRASES[status];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  return { claims: null, refusal: { status, headers, body }, failure };
}
