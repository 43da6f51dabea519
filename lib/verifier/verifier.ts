import { fail, type Result, type TokenFailure } from '@/lib/core/failures';
import type { VerifyingKeys } from '@/lib/core/keys/jwk-set';
import { andThen, type MaybePromise } from '@/lib/core/maybe-promise';
import { MAX_STALE_SECONDS } from '@/lib/core/policy';
import { verifyAccessToken } from '@/lib/core/token/access-token';
import type { AccessClaims } from '@/lib/core/token/claims';
import { KEPT_TOKENS, verifiedTokens } from '@/lib/core/token/verified-tokens';
import { remoteJwkSet } from './remote-jwk-set';
import { statusLists } from './status-lists';
import { realSurroundings, type Surroundings } from './surroundings';

export type VerifierOptions = {
  /** `iss` of the tokens to accept: the issuer's public origin, without a slash at the end. */
  readonly issuer: string;
  /** `aud` of the tokens to accept. No default: a token for another service must never fit by accident. */
  readonly audience: string;
  /** Where the issuer is reached from here; its public origin unless said otherwise. */
  readonly fetchOrigin?: string;
  /**
   * How many seconds copies of status lists serve while the issuer does not answer. 30 unless said otherwise, 60 at most:
   * the issuer signs lists for that long and no longer.
   */
  readonly maxStaleSeconds?: number;
};

export type Verifier = {
  /**
   * The claims of a valid access token, or why it is none. `status_unavailable` means that it cannot be known now: answer 503
   * with `Retry-After`, never 401.
   */
  verify(token: string): Promise<Result<AccessClaims, TokenFailure>>;
};

const DEFAULT_MAX_STALE_SECONDS = 30;
/** A token this young needs no list: the issuer's database has just vouched for its session. */
const VOUCHED_SECONDS = 3;

/**
 * Verifies access tokens of one issuer with public facts only: its key set and its status lists, fetched and kept in
 * memory. No secret, no database, no call to the issuer per token. Make one and keep it.
 *
 * While the issuer does not answer, known keys stay, and copies of lists serve for `maxStaleSeconds`. After that, and for
 * a token whose key is not known, the answer is `status_unavailable`; it ends by itself.
 *
 * No fetch is waited for without end: two seconds for the key set, one for a list, whatever `fetch` does.
 *
 * @throws TypeError for options with which no token could ever be right, such as an issuer with a path, and for a
 * `maxStaleSeconds` that no list would live to see.
 */
export function createVerifier(options: VerifierOptions, surroundings: Partial<Surroundings> = {}): Verifier {
  const verify = tokenVerifier(options, { ...realSurroundings, ...surroundings });
  return { verify: async (token) => verify(token) };
}

/** `verify` of `createVerifier`, which for a token met before answers at once while keys and list are in memory. */
export function tokenVerifier(
  options: VerifierOptions,
  surroundings: Surroundings,
): (token: string) => MaybePromise<Result<AccessClaims, TokenFailure>> {
  const { issuer, audience, fetchOrigin = issuer, maxStaleSeconds = DEFAULT_MAX_STALE_SECONDS } = options;
  requireOrigin('issuer', issuer);
  requireOrigin('fetchOrigin', fetchOrigin);
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience: a text is needed');
  if (!(maxStaleSeconds >= 0 && maxStaleSeconds <= MAX_STALE_SECONDS)) {
    throw new TypeError(`maxStaleSeconds: a number of seconds up to ${MAX_STALE_SECONDS} is needed`);
  }
  const keySet = remoteJwkSet(`${fetchOrigin}/.well-known/jwks.json`, surroundings);
  const seen = verifiedTokens(KEPT_TOKENS);
  const lists = statusLists({ issuer, fetchOrigin, maxStaleSeconds }, keySet, surroundings);

  function checkStatus(claims: AccessClaims) {
    const ageSeconds = surroundings.now() - claims.iat;
    if (ageSeconds >= 0 && ageSeconds < VOUCHED_SECONDS) return 'valid';
    return lists.check(claims.status.status_list.uri, claims.status.status_list.idx);
  }

  const attempt = (token: string, keys: VerifyingKeys) =>
    verifyAccessToken(token, keys, { issuer, audience }, surroundings.now(), checkStatus, seen);

  /**
   * A key that we do not know may be new. The fetch that is under way may have passed the issuer before the key was made:
   * what it does not bring is looked for once more. A fetch of our own is followed by none, for the cool-down.
   */
  async function lookForKey(token: string, known: VerifyingKeys): Promise<Result<AccessClaims, TokenFailure>> {
    const found = await lookOnce(token, known);
    return !found.ok && found.code === 'unknown_key' ? lookOnce(token, known) : found;
  }

  async function lookOnce(token: string, known: VerifyingKeys): Promise<Result<AccessClaims, TokenFailure>> {
    const keys = await keySet.refetched('token');
    if (keys === null || keys.size === 0) return fail('status_unavailable');
    return keys === known ? fail('unknown_key') : attempt(token, keys);
  }

  return (token) =>
    andThen(keySet.current(), (keys) =>
      andThen(attempt(token, keys), (verified) =>
        verified.ok || verified.code !== 'unknown_key' ? verified : lookForKey(token, keys),
      ),
    );
}

/** In the one spelling that `iss` has: `https://auth.example.com`, without a path or a slash at the end. */
function requireOrigin(name: string, value: string): void {
  if (!URL.canParse(value) || new URL(value).origin !== value) {
    throw new TypeError(`${name}: an origin such as https://auth.example.com is needed`);
  }
}
