import { CompactSign } from 'jose';
import { type RandomBytes, toBase64Url, utf8 } from '../encoding';
import { fail, type Result, succeed, type TokenFailure } from '../failures';
import { parseJsonObject } from '../json';
import type { VerifyingKeys } from '../keys/jwk-set';
import type { SigningKey } from '../keys/signing-key';
import { andThen, type MaybePromise } from '../maybe-promise';
import { ISSUED_AHEAD_TOLERANCE_SECONDS, MAX_ACCESS_TTL_SECONDS } from '../policy';
import type { SessionStatus } from '../session-status';
import type { EpochSeconds } from '../time';
import { type AccessClaims, parseAccessClaims } from './claims';
import { hasType, hasValidSignature, selectKey, splitCompactJws } from './compact-jws';
import type { VerifiedToken, VerifiedTokens } from './verified-tokens';

export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Larger than any token that we issue; a longer text is refused unread. */
export const MAX_ACCESS_TOKEN_BYTES = 4096;

/** Up to this share of the life is taken off at random, so that a thief cannot tell when the owner will refresh next. */
const JITTER_SHARE = 0.2;
/** 72 bits: two of a thousand million tokens are the same with a chance of 1 in 10,000. Nothing is looked up by it. */
const JTI_BYTES = 9;

/** What a new token says, besides its own name and times. Here `client_id` must be said. */
export type NewAccessClaims = Omit<AccessClaims, 'jti' | 'iat' | 'exp'> & { readonly client_id: string };

export type NewAccessToken = { readonly token: string; readonly claims: AccessClaims };

/**
 * Signs an access token (RFC 9068) that begins at `now` and lives `ttlSeconds`, less a random jitter of up to 20 %.
 * `now` is the database's time.
 */
export async function issueAccessToken(
  about: NewAccessClaims,
  ttlSeconds: number,
  key: SigningKey,
  now: EpochSeconds,
  random: RandomBytes,
): Promise<NewAccessToken> {
  const [high = 0, low = 0] = random(2);
  const jitterSeconds = Math.floor(ttlSeconds * JITTER_SHARE * ((high * 256 + low) / 65_536));
  const iat = Math.floor(now);
  const { iss, aud, sub, sid, client_id, auth_time, role, amr, status, net, own } = about;
  const fresh = { jti: toBase64Url(random(JTI_BYTES)), iat, exp: iat + ttlSeconds - jitterSeconds };
  const claims = {
    ...{ iss, aud, sub, sid, client_id, auth_time, role, amr, status },
    ...fresh,
    ...(net === undefined ? {} : { net }),
  };
  // Ours come last: no claim of a product stands in for one of them.
  const token = await new CompactSign(utf8(JSON.stringify({ ...own, ...claims })))
    .setProtectedHeader({ alg: key.algorithm, typ: ACCESS_TOKEN_TYPE, kid: key.kid })
    .sign(key.privateKey);
  return { token, claims: { ...claims, ...(own === undefined ? {} : { own }) } };
}

export type AccessTokenExpectation = {
  readonly issuer: string;
  /** The `aud` to accept, or several of them. */
  readonly audience: string | readonly string[];
};

/** Says what became of the session behind a token. `unavailable`: it cannot be known now. */
export type StatusCheck = (claims: AccessClaims) => MaybePromise<SessionStatus | 'unavailable'>;

/**
 * Verifies an access token: RFC 9068 §4 and RFC 8725 as a checklist, cheap checks first, the signature before any claim
 * is read, the status last. Time is `now`; no network unless `checkStatus` makes it. A token that `seen` holds is not
 * taken apart and its signature not computed again, as long as the same key is in `keys`; every other rule runs each
 * time, and at once unless `checkStatus` waits. Only tokens that pass them all are kept there.
 */
export function verifyAccessToken(
  token: string,
  keys: VerifyingKeys,
  expected: AccessTokenExpectation,
  now: EpochSeconds,
  checkStatus: StatusCheck,
  seen?: VerifiedTokens,
): MaybePromise<Result<AccessClaims, TokenFailure>> {
  const held = seen?.find(token);
  if (held !== undefined && isOfKeys(held, keys)) return judge(held, expected, now, checkStatus);
  return openAccessToken(token, keys).then(async (opened) => {
    const verified = opened.ok ? await judge(opened.value, expected, now, checkStatus) : opened;
    if (opened.ok && verified.ok) seen?.keep(token, opened.value);
    return verified;
  });
}

/** The steps that depend on who asks and when. */
function judge(
  { claims, notBefore }: VerifiedToken,
  expected: AccessTokenExpectation,
  now: EpochSeconds,
  checkStatus: StatusCheck,
): MaybePromise<Result<AccessClaims, TokenFailure>> {
  if (claims.iss !== expected.issuer) return fail('wrong_issuer');
  if (!isAmong(claims.aud, expected.audience)) return fail('wrong_audience');
  if (claims.exp <= now) return fail('expired');
  if (claims.exp - claims.iat > MAX_ACCESS_TTL_SECONDS) return fail('lives_too_long');
  if (!isPast(notBefore, now)) return fail('not_yet_valid');
  if (claims.iat > now + ISSUED_AHEAD_TOLERANCE_SECONDS) return fail('issued_in_future');

  return andThen(checkStatus(claims), (status) => {
    switch (status) {
      case 'valid':
        return succeed(claims);
      case 'revoked':
        return fail('revoked');
      case 'stale':
        return fail('stale_claims');
      case 'unavailable':
        return fail('status_unavailable');
    }
  });
}

/** The steps that depend on the token's text alone, and on the key that its header names. */
async function openAccessToken(token: string, keys: VerifyingKeys): Promise<Result<VerifiedToken, TokenFailure>> {
  const split = splitCompactJws(token, MAX_ACCESS_TOKEN_BYTES);
  if (!split.ok) return split;
  const jws = split.value;
  if (!hasType(jws.header, ACCESS_TOKEN_TYPE)) return fail('wrong_type');
  const key = selectKey(jws.header, keys);
  if (!key.ok) return key;
  if (!(await hasValidSignature(jws, key.value))) return fail('bad_signature');
  const payload = parseJsonObject(jws.payloadBytes);
  if (payload === null) return fail('bad_claims');
  const claims = parseAccessClaims(payload);
  if (!claims.ok) return claims;
  return succeed({
    claims: claims.value,
    notBefore: payload['nbf'],
    kid: String(jws.header['kid']),
    key: key.value,
  });
}

/** The very key that proved it: one that was withdrawn and published again proves anew. */
const isOfKeys = ({ kid, key }: VerifiedToken, keys: VerifyingKeys): boolean => keys.get(kid) === key;

const isAmong = (audience: string, accepted: string | readonly string[]): boolean =>
  typeof accepted === 'string' ? audience === accepted : accepted.includes(audience);

/** `nbf` is no claim of ours, but one that is there must be honoured (RFC 7519 §4.1.5). */
const isPast = (notBefore: unknown, now: EpochSeconds): boolean =>
  notBefore === undefined || (typeof notBefore === 'number' && notBefore <= now);
