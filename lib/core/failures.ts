/** The outcome of something that may be refused: a value, or one code of a closed set. Exceptions are for our own bugs. */
export type Result<T, Code extends string> = Success<T> | Failure<Code>;
export type Success<T> = { readonly ok: true; readonly value: T };
export type Failure<Code extends string> = { readonly ok: false; readonly code: Code };

export const succeed = <T>(value: T): Success<T> => ({ ok: true, value });
export const fail = <Code extends string>(code: Code): Failure<Code> => ({ ok: false, code });

/**
 * Why an access token was not accepted. Callers outside see one answer for all of them (401); the log sees the code.
 * `status_unavailable` is our trouble, not the token's: it never becomes a 401. `stale_claims` is told, because a refresh
 * mends it.
 */
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
  | 'stale_claims'
  | 'status_unavailable';

/** Why a refresh token was refused before any SQL. */
export type RefreshTokenFailure = 'malformed' | 'unknown_version' | 'unknown_key' | 'bad_mac';

/** Why a sealed token was refused. */
export type SealedTokenFailure = 'malformed' | 'unknown_key' | 'undecryptable' | 'wrong_purpose' | 'expired';

/** Why a status list was refused. */
export type StatusListFailure =
  | 'malformed'
  | 'wrong_type'
  | 'unknown_key'
  | 'bad_signature'
  | 'bad_claims'
  | 'wrong_subject'
  | 'expired'
  | 'issued_in_future'
  | 'older_than_held';
