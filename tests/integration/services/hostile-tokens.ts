import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import type { PreparedSession } from '@/tests/support/people';
import { encodePart, partsOf, readPart, signCompact, testKey } from '../../fixtures/signing';

/** The token of a session, with some claims and header members changed and a genuine signature of the issuer. */
export type Issued = (claims?: object, header?: object) => Promise<string>;

/** What the issuer could sign and never does. Its current key must be the one that signed the session's token. */
export async function issuedLike(session: PreparedSession): Promise<Issued> {
  const [header, payload] = partsOf(session.accessToken);
  const { signing } = await liveKeyring();
  return (claims = {}, changedHeader = {}) =>
    signCompact({ ...readPart(header), ...changedHeader }, { ...readPart(payload), ...claims }, signing);
}

/** Names of those tokens below whose list lies where this issuer has none. */
export const FOREIGN_LISTS: readonly string[] = ['a list elsewhere', 'a list on another path'];

/** Tokens that a service of `audience` must refuse, by what is wrong with them. */
export async function hostileTokens(
  session: PreparedSession,
  algorithm: SigningAlgorithm,
  { ISSUER, AUDIENCE }: { readonly ISSUER: string; readonly AUDIENCE: string },
): Promise<Record<string, string>> {
  const [headerPart, payloadPart, signature] = partsOf(session.accessToken);
  const [header, claims] = [readPart(headerPart), readPart(payloadPart)];
  const mine = await testKey(algorithm);
  const { signing } = await liveKeyring();
  const issued = await issuedLike(session);
  const now = Math.floor(Date.now() / 1_000);
  const list = (idx: number, uri = `${ISSUER}/status-lists/0`) => ({
    iat: now - 10,
    status: { status_list: { idx, uri } },
  });
  const endless = JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e400');
  return {
    'a changed claim': `${headerPart}.${encodePart({ ...claims, role: 'admin' })}.${signature}`,
    'a damaged signature': `${headerPart}.${payloadPart}.${signature.split('').reverse().join('')}`,
    'no signature': `${encodePart({ ...header, alg: 'none' })}.${payloadPart}.`,
    'a key of its own': await signCompact({ ...header, kid: mine.kid }, claims, mine.signing),
    'a key of its own in the header': await signCompact({ ...header, jwk: mine.publicJwk }, claims, mine.signing),
    'a known kid, signed by another': await signCompact(header, claims, mine.signing),
    'another algorithm': await issued({}, { alg: algorithm === 'ES256' ? 'RS256' : 'ES256' }),
    'another type': await issued({}, { typ: 'JWT' }),
    'an extension that must be understood': await issued({}, { crit: ['exp'] }),
    expired: await issued({ exp: now }),
    'without end': await issued({ exp: undefined }),
    'an end that no clock reaches': await signCompact(header, endless, signing),
    'a life of more than 15 minutes': await issued({ iat: now - 10, exp: now - 10 + 901 }),
    'not valid yet': await issued({ nbf: now + 100 }),
    'from the future': await issued({ iat: now + 100 }),
    'of another issuer': await issued({ iss: 'https://other.example' }),
    'for another service': await issued({ aud: 'https://other.example' }),
    'for several services': await issued({ aud: [AUDIENCE, 'https://other.example'] }),
    'without a list': await issued({ status: undefined }),
    'a list elsewhere': await issued(list(5, 'https://other.example/status-lists/0')),
    'a list on another path': await issued(list(5, `${ISSUER}/status-lists/0/../1`)),
    'a place outside of its list': await issued(list(2 ** 17)),
    'a place before its list': await issued(list(-1)),
    'more text than a token has': await issued({ padding: 'x'.repeat(4_096) }),
    'a refresh token': session.refreshToken,
    nonsense: 'nonsense',
  };
}
