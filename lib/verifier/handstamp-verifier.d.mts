// Types of handstamp-verifier.mjs, written to be read. `tests/unit/verifier-bundle/types.test.ts` holds them to the source.

/** Claims of an access token (RFC 9068 §2.2), verified. */
export type AccessClaims = {
  readonly iss: string;
  readonly aud: string;
  /** User id. */
  readonly sub: string;
  /** Session id. */
  readonly sid: string;
  readonly jti: string;
  /** Times are epoch seconds. */
  readonly iat: number;
  readonly exp: number;
  /** When the person last proved who they are. */
  readonly auth_time: number;
  readonly role: 'member' | 'admin';
  /** How (RFC 8176): `pwd`, `otp`, `hwk` … */
  readonly amr: readonly string[];
  readonly status: { readonly status_list: { readonly idx: number; readonly uri: string } };
  /** Digest of the network that the session is bound to; for the issuer's own check. */
  readonly net?: string;
};

/** Why a token was not accepted. For the log; callers see one answer. `status_unavailable` is no fault of the token. */
export type TokenFailure =
  | 'malformed'
  | 'wrong_type'
  | 'unknown_key'
  | 'forbidden_header'
  | 'wrong_algorithm'
  | 'bad_signature'
  | 'bad_claims'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'issued_in_future'
  | 'not_yet_valid'
  | 'lives_too_long'
  | 'revoked'
  | 'status_unavailable';

export type VerifierOptions = {
  /** `iss` of the tokens to accept: the issuer's public origin, without a slash at the end. */
  readonly issuer: string;
  /** `aud` of the tokens to accept. */
  readonly audience: string;
  /** Where the issuer is reached from here; its public origin unless said otherwise. */
  readonly fetchOrigin?: string;
  /** How long copies of status lists serve while the issuer does not answer. 30 s unless said otherwise. */
  readonly maxStaleSeconds?: number;
};

/** Where a verifier gets its facts and its time; the real ones unless said otherwise. */
export type Surroundings = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds that only grow. */
  readonly monotonicMs: () => number;
  /** Epoch seconds. */
  readonly now: () => number;
};

export type Verifier = {
  /** The claims of a valid access token, or why it is none. On `status_unavailable` answer 503, never 401. */
  verify(
    token: string,
  ): Promise<{ readonly ok: true; readonly value: AccessClaims } | { readonly ok: false; readonly code: TokenFailure }>;
};

/** Verifies tokens of one issuer from memory. Make one and keep it. Throws TypeError for options that cannot be right. */
export function createVerifier(options: VerifierOptions, surroundings?: Surroundings): Verifier;

/** An answer for whoever may not pass, ready to be sent as it is (RFC 6750 §3, RFC 9457). */
export type BearerRefusal = {
  readonly status: 400 | 401 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type BearerOutcome =
  | { readonly claims: AccessClaims; readonly refusal: null }
  | { readonly claims: null; readonly refusal: BearerRefusal; readonly failure: TokenFailure | null };

export type BearerGuard = (authorization: string | null | undefined) => Promise<BearerOutcome>;

/** Guards a service with Bearer tokens: takes the `Authorization` header, gives the claims or the refusal to send. */
export function bearerGuard(verifier: Verifier): BearerGuard;
