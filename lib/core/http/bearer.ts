/** What an `Authorization` header brings, as far as Bearer tokens are concerned. */
export type Credentials =
  /** No header, or one of another scheme, such as the Basic of a proxy in front: it is somebody else's and says nothing. */
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  /** The scheme is Bearer, and what follows is no token (RFC 6750 §2.1). */
  | { readonly kind: 'malformed' };

/** `auth-scheme` (RFC 9110 §11.1) is a token; whatever cannot stand in one ends it. */
const SCHEME = /^[\w!#$%&'*+.^`|~-]*/;
const ONE_TOKEN = /^Bearer +(\S+) *$/i;

/**
 * Reads an `Authorization` header (RFC 6750 §2.1). This function alone decides whether a header is ours: it is when its
 * scheme is Bearer, in any case (RFC 9110 §11.1), readable or not. Then the header stands in for the cookies, and none of
 * them says who asks.
 */
export function readCredentials(authorization: string | null): Credentials {
  if (SCHEME.exec(authorization ?? '')?.[0].toLowerCase() !== 'bearer') return { kind: 'none' };
  const token = ONE_TOKEN.exec(authorization ?? '')?.[1];
  return token === undefined ? { kind: 'malformed' } : { kind: 'bearer', token };
}

/** The Bearer token of an `Authorization` header; null when the header has none. */
export function bearerToken(authorization: string | null): string | null {
  const credentials = readCredentials(authorization);
  return credentials.kind === 'bearer' ? credentials.token : null;
}

/** Why a Bearer token was refused. `stale_claims` is an `invalid_token` of RFC 6750 §3.1 that a refresh mends. */
export type BearerError = 'invalid_request' | 'invalid_token' | 'stale_claims';

const CHALLENGES: Record<BearerError, readonly [error: string, description: string]> = {
  invalid_request: ['invalid_request', 'The Authorization header holds no readable Bearer token'],
  invalid_token: ['invalid_token', 'The access token is expired, revoked, malformed or not for this audience'],
  stale_claims: ['invalid_token', 'The claims of the access token are stale: refresh it and try again'],
};

/**
 * The `WWW-Authenticate` value for a good token whose person has to prove who they are once more (RFC 9470 §3): within
 * `maxAgeSeconds`, where the age of the proof was not enough.
 */
export function reauthenticationChallenge(maxAgeSeconds: number | null): string {
  const challenge =
    'Bearer realm="handstamp", error="insufficient_user_authentication", error_description="The person has to sign in again"';
  return maxAgeSeconds === null ? challenge : `${challenge}, max_age="${maxAgeSeconds}"`;
}

/** A `WWW-Authenticate` value (RFC 6750 §3). Without credentials in the request it must not say an error (§3.1). */
export function bearerChallenge(refusal?: BearerError): string {
  if (refusal === undefined) return 'Bearer realm="handstamp"';
  const [error, description] = CHALLENGES[refusal];
  return `Bearer realm="handstamp", error="${error}", error_description="${description}"`;
}
