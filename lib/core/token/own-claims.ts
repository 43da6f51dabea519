import { fail, type Result, succeed } from '../failures';
import { isRecord } from '../json';

/**
 * Names that no product may give to claims of its own: those of Handstamp, those that RFC 7519, 9068, 8693, 8417 and OpenID
 * Connect give a meaning, and what a token must not tell whoever reads it.
 */
export const RESERVED_CLAIMS = [
  ...([
    'iss',
    'aud',
    'sub',
    'sid',
    'jti',
    'client_id',
    'iat',
    'exp',
    'auth_time',
    'role',
    'amr',
    'status',
    'net',
  ] as const),
  ...(['nbf', 'acr', 'azp', 'nonce', 'scope', 'cnf', 'act', 'may_act', 'sub_id', 'events', 'txn', 'toe'] as const),
  ...(['email', 'email_verified', 'name'] as const),
] as const;

type ReservedClaim = (typeof RESERVED_CLAIMS)[number];

/** What JSON can say. */
export type ClaimValue =
  | string
  | number
  | boolean
  | null
  | readonly ClaimValue[]
  | { readonly [name: string]: ClaimValue };

/** Claims of a product: any names but the reserved ones, which the type checker refuses. */
export type ProductClaims = { readonly [name: string]: ClaimValue } & { readonly [Name in ReservedClaim]?: never };

/** Bytes of all claims of a product, as JSON: a token travels with every request. */
export const MAX_OWN_CLAIMS_BYTES = 200;

/** Names as JSON, databases and other languages spell them without trouble. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,31}$/;

/** What every object has, such as `constructor`, would be read where no claim is. */
const isReserved = (name: string): boolean =>
  RESERVED_CLAIMS.some((reserved) => reserved === name) || name in Object.prototype;

/** What `claims` become on their way through JSON, if a token may say them. */
export function checkOwnClaims(
  claims: unknown,
): Result<
  Readonly<Record<string, unknown>>,
  'not_an_object' | 'not_json' | 'reserved_name' | 'bad_name' | 'too_large'
> {
  if (!isRecord(claims)) return fail('not_an_object');
  const text = jsonOf(claims);
  const said: unknown = text === null ? {} : JSON.parse(text);
  // An object may say itself what JSON makes of it, a date for one: that counts too.
  if (!isRecord(said)) return fail('not_an_object');
  const names = [...Object.keys(claims), ...Object.keys(said)];
  if (names.some(isReserved)) return fail('reserved_name');
  if (!names.every((name) => NAME.test(name))) return fail('bad_name');
  if (text === null) return fail('not_json');
  if (new TextEncoder().encode(text).length > MAX_OWN_CLAIMS_BYTES) return fail('too_large');
  return succeed(said);
}

/** Null for what JSON cannot say, such as a circle, a bigint or an object that makes nothing of itself. */
function jsonOf(value: object): string | null {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text ?? null;
  } catch {
    return null;
  }
}

/** The claims of its product in the payload of a token whose signature was verified: what has no reserved name. */
export function ownClaimsIn(payload: Record<string, unknown>): { readonly own?: Readonly<Record<string, unknown>> } {
  const own = Object.entries(payload).filter(([name]) => !isReserved(name) && NAME.test(name));
  return own.length === 0 ? {} : { own: freezeAll(Object.fromEntries(own)) };
}

/** Deep, because claims are kept and handed out again. */
function freezeAll<Value extends object>(value: Value): Value {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freezeAll(part);
  return Object.freeze(value);
}
