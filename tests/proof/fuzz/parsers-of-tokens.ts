import fc from 'fast-check';
import { toBase64Url } from '@/lib/core/encoding';
import { importRootSecrets } from '@/lib/core/keys/auth-secret';
import { verifyAccessToken } from '@/lib/core/token/access-token';
import { isRole, parseAccessClaims } from '@/lib/core/token/claims';
import { hasType, selectKey, splitCompactJws } from '@/lib/core/token/compact-jws';
import { hashLinkToken, newLinkToken } from '@/lib/core/token/link-token';
import { checkOwnClaims, MAX_OWN_CLAIMS_BYTES, ownClaimsIn, RESERVED_CLAIMS } from '@/lib/core/token/own-claims';
import {
  fromApiRefreshToken,
  hashSessionSecret,
  looksLikeRefreshToken,
  mintRefreshToken,
  readRefreshToken,
  refreshMacKeys,
  toApiRefreshToken,
} from '@/lib/core/token/refresh-token';
import { CLAIMS, headerOf, ISSUER, signClaims } from '@/tests/fixtures/access-tokens';
import { NOW } from '@/tests/fixtures/deterministic';
import { signCompact, testKey } from '@/tests/fixtures/signing';
import { asyncParser, type Parser, parser } from './parser';
import { anyText, jsonWith, longText, nearlyOrAny, recordWith } from './texts';

const key = await testKey();
const token = await signClaims(key);
const expected = { issuer: ISSUER, audience: ISSUER };
const macKeys = await refreshMacKeys(await importRootSecrets([new Uint8Array(32).map((_, at) => at)]));

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => new Uint8Array(bytes));
const refreshParts = fc.record({ id: sixteen, counter: fc.integer({ min: 0, max: 0xffffffff }), secret: sixteen });
const refreshToken = await mintRefreshToken(
  { sessionId: 'A'.repeat(22), counter: 7, secret: new Uint8Array(16) },
  macKeys,
);
const CLAIM_NAMES = [...RESERVED_CLAIMS, 'plan', '__proto__', 'constructor', 'toJSON'];
const outcome = (text: string) => verifyAccessToken(text, key.verifying, expected, NOW, () => 'valid');
const isDeepFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));
const goodClaims = fc.record(
  {
    ...Object.fromEntries(Object.keys(CLAIMS).map((name) => [name, fc.jsonValue({ maxDepth: 1 })])),
    plan: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: [] },
);

/** Tokens of every kind, and what they say. */
export const PARSERS_OF_TOKENS: readonly Parser[] = [
  parser(['core/token/compact-jws.ts splitCompactJws'], nearlyOrAny(fc.constant(token)), (text) => {
    const split = splitCompactJws(text, 4_096);
    if (!split.ok) return text !== token;
    const { signingInput, signature } = split.value;
    return `${new TextDecoder().decode(signingInput)}.${toBase64Url(signature)}` === text;
  }),
  parser(
    ['core/token/compact-jws.ts hasType', 'core/token/compact-jws.ts selectKey'],
    recordWith(
      ['typ', 'alg', 'kid', 'crit', 'jwk', 'zip'],
      fc.oneof(fc.constantFrom('at+jwt', 'ES256', key.kid), fc.jsonValue()),
    ),
    (header) => {
      const selected = selectKey(header, key.verifying);
      if (hasType(header, 'at+jwt') && typeof header['typ'] !== 'string') return false;
      return (
        !selected.ok ||
        (header['alg'] === 'ES256' && header['kid'] === key.kid && !('crit' in header) && !('jwk' in header))
      );
    },
  ),
  asyncParser(
    ['core/token/access-token.ts verifyAccessToken'],
    nearlyOrAny(fc.constant(token)),
    async (text) => (await outcome(text)).ok === (text === token),
    0.2,
  ),
  asyncParser(
    ['core/token/access-token.ts verifyAccessToken'],
    fc.tuple(
      recordWith(['alg', 'typ', 'kid', 'x'], fc.jsonValue({ maxDepth: 1 })),
      fc.oneof(goodClaims, fc.jsonValue()),
    ),
    async ([header, payload]) => {
      const changed = { ...CLAIMS, ...(typeof payload === 'object' ? payload : {}) };
      const signed = await signCompact({ ...headerOf(key), x: 1, ...header }, changed, key.signing);
      const verified = await outcome(signed);
      return (
        !verified.ok || (verified.value.iss === ISSUER && verified.value.exp > NOW && isDeepFrozen(verified.value))
      );
    },
    0.05,
  ),
  parser(
    ['core/token/claims.ts parseAccessClaims', 'core/token/claims.ts isRole'],
    fc.oneof(goodClaims, recordWith(CLAIM_NAMES, fc.jsonValue({ maxDepth: 1 }))),
    (changes) => {
      const parsed = parseAccessClaims({ ...CLAIMS, ...changes });
      if (!parsed.ok) return true;
      const again = parseAccessClaims({ ...parsed.value.own, ...parsed.value });
      return isRole(parsed.value.role) && isDeepFrozen(parsed.value) && again.ok;
    },
  ),
  parser(
    ['core/token/own-claims.ts checkOwnClaims', 'core/token/own-claims.ts ownClaimsIn'],
    fc.oneof(
      fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true, withMap: true }),
      jsonWith(...CLAIM_NAMES),
      withToJson(),
    ),
    (claims) => {
      const checked = checkOwnClaims(claims);
      if (!checked.ok) return true;
      const { value } = checked;
      const isSmall = Buffer.byteLength(JSON.stringify(value)) <= MAX_OWN_CLAIMS_BYTES;
      const isPlain =
        Object.getPrototypeOf(value) === Object.prototype &&
        !RESERVED_CLAIMS.some((name) => Object.hasOwn(value, name));
      return isSmall && isPlain && JSON.stringify(ownClaimsIn({ ...value }).own ?? {}) === JSON.stringify(value);
    },
  ),
  asyncParser(
    ['core/token/refresh-token.ts readRefreshToken', 'core/token/refresh-token.ts looksLikeRefreshToken'],
    nearlyOrAny(fc.constant(refreshToken)),
    async (text) => {
      const read = await readRefreshToken(text, macKeys);
      return read.ok === (text === refreshToken) && (!read.ok || looksLikeRefreshToken(text));
    },
  ),
  asyncParser(
    ['core/token/refresh-token.ts readRefreshToken', 'core/token/refresh-token.ts hashSessionSecret'],
    refreshParts,
    async ({ id, counter, secret }) => {
      const minted = await mintRefreshToken({ sessionId: toBase64Url(id), counter, secret }, macKeys);
      const read = await readRefreshToken(minted, macKeys);
      if (!read.ok || !looksLikeRefreshToken(minted) || (await hashSessionSecret(secret)).length !== 32) return false;
      return (
        read.value.sessionId === toBase64Url(id) &&
        read.value.counter === counter &&
        String(read.value.secret) === String(secret)
      );
    },
    0.2,
  ),
  parser(
    ['core/token/refresh-token.ts fromApiRefreshToken', 'core/token/refresh-token.ts toApiRefreshToken'],
    longText,
    (text) => {
      const found = fromApiRefreshToken(text);
      return (
        fromApiRefreshToken(toApiRefreshToken(text)) === text && (found === null || toApiRefreshToken(found) === text)
      );
    },
  ),
  asyncParser(
    ['core/token/link-token.ts hashLinkToken', 'core/token/link-token.ts newLinkToken'],
    nearlyOrAny(fc.constant(newLinkToken((length) => new Uint8Array(length).fill(3)))),
    async (text) => {
      const hash = await hashLinkToken(text);
      return hash === null
        ? text.length !== 43 || !/^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text)
        : hash.length === 32 && text.length === 43;
    },
  ),
];

/** Objects that say themselves what JSON makes of them. */
function withToJson(): fc.Arbitrary<object> {
  return fc
    .tuple(fc.dictionary(anyText, anyText), fc.oneof(fc.jsonValue(), fc.constant(undefined)))
    .map(([own, said]) => ({ ...own, toJSON: () => said }));
}
