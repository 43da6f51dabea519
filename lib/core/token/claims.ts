import { fail, type Result, succeed } from '../failures';
import { isRecord } from '../json';
import type { EpochSeconds } from '../time';
import { ownClaimsIn } from './own-claims';

/**
 * Every role, the least powerful first. One more is one more here and in the enum of prisma/schema.prisma; the type
 * checker names the other places.
 */
export const ROLES = ['member', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

/**
 * Claims of an access token (RFC 9068 §2.2) with a status list reference (Token Status List §6.2). No e-mail, no name:
 * every service and log that sees a token sees its claims.
 */
export type AccessClaims = {
  readonly iss: string;
  readonly aud: string;
  /** User id. */
  readonly sub: string;
  /** Session id. */
  readonly sid: string;
  readonly jti: string;
  /**
   * Which program asked for it (RFC 9068 §2.2): `WEB_CLIENT` for browsers, the OAuth client's id or `API_CLIENT` for
   * programs. Every token that we issue has it; absent in those of version 0.1, which go on until they expire.
   */
  readonly client_id?: string;
  readonly iat: EpochSeconds;
  readonly exp: EpochSeconds;
  /** When the person last proved who they are. */
  readonly auth_time: EpochSeconds;
  readonly role: Role;
  /** How (RFC 8176): `pwd`, `otp`, `hwk` … */
  readonly amr: readonly string[];
  readonly status: { readonly status_list: StatusReference };
  /** Digest of the network that the session is bound to; absent when it is not. For the issuer's own check. */
  readonly net?: string;
  /** What the product itself says: members of the token that are none of the above. Absent when there are none. */
  readonly own?: Readonly<Record<string, unknown>>;
};

/** `client_id` of sessions in a browser: pages and forms of the issuer itself. */
export const WEB_CLIENT = 'web';
/** `client_id` of programs that signed in without a client of their own. */
export const API_CLIENT = 'api';

/** Which bit of which list says whether the session was ended. */
export type StatusReference = { readonly idx: number; readonly uri: string };

const MAX_TEXT = 256;
/** 9999-12-31: above it, a time is nonsense (1e400 parses as Infinity). */
const MAX_TIME = 253_402_300_799;
const MAX_AMR = 8;

/** Half of a surrogate pair is refused: no two systems write it alike. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && !/\p{Cs}/u.test(value);
const isTime = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIME;

/**
 * The claims of a payload whose signature was verified: a signature says who wrote it, not what shape it has. Every
 * member but `client_id` and `net` is required; `aud` is one string (an array is refused: one token is for one audience).
 * Members that have no name of ours are the product's own. Frozen, because they are kept and handed out again.
 */
export function parseAccessClaims(payload: Record<string, unknown>): Result<AccessClaims, 'bad_claims'> {
  const { iss, aud, sub, sid, jti, client_id, iat, exp, auth_time, role, amr, status, net } = payload;
  if (!isText(iss) || !isText(aud) || !isText(sub) || !isText(sid) || !isText(jti)) return fail('bad_claims');
  if (!isTime(iat) || !isTime(exp) || !isTime(auth_time) || !isRole(role)) return fail('bad_claims');
  if (!Array.isArray(amr) || amr.length > MAX_AMR || !amr.every(isText)) return fail('bad_claims');
  const reference = parseStatusReference(status);
  if (reference === null) return fail('bad_claims');
  if (client_id !== undefined && !isText(client_id)) return fail('bad_claims');
  if (net !== undefined && !isText(net)) return fail('bad_claims');
  const claims = { iss, aud, sub, sid, jti, iat, exp, auth_time, role, amr: Object.freeze([...amr]) };
  return succeed(
    Object.freeze({
      ...claims,
      ...(client_id === undefined ? {} : { client_id }),
      status: Object.freeze({ status_list: Object.freeze(reference) }),
      ...(net === undefined ? {} : { net }),
      ...ownClaimsIn(payload),
    }),
  );
}

function parseStatusReference(status: unknown): StatusReference | null {
  if (!isRecord(status) || !isRecord(status['status_list'])) return null;
  const { idx, uri } = status['status_list'];
  return Number.isSafeInteger(idx) && Number(idx) >= 0 && isText(uri) ? { idx: Number(idx), uri } : null;
}
