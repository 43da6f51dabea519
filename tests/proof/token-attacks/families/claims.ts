import { attempts, type Family, MARK } from '../forge';

const json = JSON.stringify;

/** C1 to C9: what the issuer's own key could sign and a verifier must refuse all the same. */
export const CLAIMS_AND_TYPES: readonly Family[] = [
  {
    id: 'C1',
    attack: 'Every other kind of our tokens in the place of an access token, and the reverse.',
    tokens: async ({ others, signed }) => [
      { name: 'refresh token', token: others.refresh, codes: ['malformed'], home: 'refresh' },
      ...(await attempts([
        ['sealed token', others.sealed, 'malformed'],
        ['token of a mailed link', others.link, 'malformed'],
        ['status list', others['status list'], 'wrong_type'],
        ['id token', signed({ nonce: MARK }, { typ: 'JWT' }), 'wrong_type'],
        ['logout token', signed({ events: {} }, { typ: 'logout+jwt' }), 'wrong_type'],
        ['DPoP proof', signed({ htm: 'GET' }, { typ: 'dpop+jwt' }), 'wrong_type'],
        ['refresh token as a JWT', signed({}, { typ: 'refresh+jwt' }), 'wrong_type'],
      ])),
    ],
  },
  {
    id: 'C2',
    attack: 'A type that is missing, or merely looks like ours; the spellings that RFC 9068 §4 allows are taken.',
    tokens: ({ signed }) =>
      attempts([
        ...[undefined, null, '', 'JWT', 'jwt', 'at+jwt ', ' at+jwt', 'at+jwt\u0000', 'at + jwt', 'at+jwts'].map(
          (typ) => [json(typ) ?? 'none', signed({}, { typ }), 'wrong_type'] as const,
        ),
        ...['application/', 'text/at+jwt', 'application/at+jwt; charset=utf-8', ['at+jwt'], { typ: 'at+jwt' }, 1].map(
          (typ) => [json(typ), signed({}, { typ }), 'wrong_type'] as const,
        ),
        ...['AT+JWT', 'application/at+jwt', 'Application/At+Jwt'].map(
          (typ) => [typ, signed({}, { typ }), 'accepted'] as const,
        ),
      ]),
  },
  {
    id: 'C3',
    attack: 'Another issuer, or ours in another spelling.',
    tokens: ({ signed, issuer }) =>
      attempts([
        ...nearly(issuer).map((iss) => [iss, signed({ iss }), 'wrong_issuer'] as const),
        ...[undefined, null, '', [], [issuer], { 0: issuer }, 0].map(
          (iss) => [json(iss) ?? 'none', signed({ iss }), 'bad_claims'] as const,
        ),
      ]),
  },
  {
    id: 'C4',
    attack: 'Another audience, ours in another spelling, or several: one token is for one audience.',
    tokens: ({ signed, issuer }) =>
      attempts([
        ...nearly(issuer).map((aud) => [aud, signed({ aud }), 'wrong_audience'] as const),
        ...[undefined, null, '', [], [issuer], [issuer, 'https://other.example'], { 0: issuer }, 0].map(
          (aud) => [json(aud) ?? 'none', signed({ aud }), 'bad_claims'] as const,
        ),
      ]),
  },
  {
    id: 'C5',
    attack: 'No end.',
    tokens: ({ signed }) => attempts([['no exp', signed({ exp: undefined }), 'bad_claims']]),
  },
  {
    id: 'C6',
    attack: 'Times that are none, lie ahead, or are too far apart.',
    tokens: ({ signed, signedText, claims, now }) => {
      const written = (claim: string, number: string) =>
        signedText(json({ ...claims, [claim]: 0 }).replace(`"${claim}":0`, `"${claim}":${number}`));
      return attempts([
        ...[null, String(now + 100), -1, now + 100.5, 9e15, [now + 100], {}].map(
          (exp) => [`exp ${json(exp)}`, signed({ exp }), 'bad_claims'] as const,
        ),
        ...[null, String(now - 10), -1, now - 10.5, 9e15].map(
          (iat) => [`iat ${json(iat)}`, signed({ iat }), 'bad_claims'] as const,
        ),
        ...['exp', 'iat', 'auth_time'].map(
          (claim) => [`${claim} 1e400`, written(claim, '1e400'), 'bad_claims'] as const,
        ),
        ['exp 0', signed({ exp: 0 }), 'expired'],
        ['no iat', signed({ iat: undefined }), 'bad_claims'],
        ['iat ahead', signed({ iat: now + 200, exp: now + 400 }), 'issued_in_future'],
        ['iat too long ago', signed({ iat: now - 86_400, exp: now + 100 }), 'lives_too_long'],
        ['exp too far ahead', signed({ exp: 253_402_300_799 }), 'lives_too_long'],
        ...[now + 200, 1e15, '0', null, [now], {}, true].map(
          (nbf) => [`nbf ${json(nbf)}`, signed({ nbf }), 'not_yet_valid'] as const,
        ),
      ]);
    },
  },
  {
    id: 'C7',
    attack: 'A subject that is missing, no text, empty or endless.',
    tokens: ({ signed }) =>
      attempts([
        ...[undefined, null, 0, 7, {}, [], '', true, ['x'], 'x'.repeat(257), '\ud800'].map(
          (sub) => [(json(sub) ?? 'none').slice(0, 12), signed({ sub }), 'bad_claims'] as const,
        ),
        ['10 kB', signed({ sub: 'x'.repeat(10_240) }), 'malformed'],
      ]),
  },
  {
    id: 'C8',
    attack: 'A member named twice, in the header or in the claims, as it is or escaped.',
    tokens: ({ signedText, claims, header, now }) => {
      const [payload, head] = [json(claims).slice(1), json(header).slice(1)];
      return attempts([
        ['sub', signedText(`{"sub":"${MARK}",${payload}`), 'bad_claims'],
        ['sub, escaped', signedText(`{"\\u0073ub":"${MARK}",${payload}`), 'bad_claims'],
        ['sub, at the end', signedText(`{${payload.slice(0, -1)},"sub":"${MARK}"}`), 'bad_claims'],
        ['role', signedText(`{"role":"admin",${payload}`), 'bad_claims'],
        ['exp', signedText(`{"exp":${now + 9_999},${payload}`), 'bad_claims'],
        ['inside of status', signedText(json(claims).replace('"idx":', '"idx":0,"idx":')), 'bad_claims'],
        ['alg', signedText(`{${payload}`, `{"alg":"none",${head}`), 'malformed'],
        ['kid', signedText(`{${payload}`, `{"kid":"${MARK}",${head}`), 'malformed'],
        ['typ, escaped', signedText(`{${payload}`, `{"t\\u0079p":"JWT",${head}`), 'malformed'],
      ]);
    },
  },
  {
    id: 'C9',
    attack: 'Extensions that must be understood, an unencoded or a compressed payload.',
    tokens: ({ signed, now }) =>
      attempts(
        [
          { crit: [MARK], [MARK]: true },
          { crit: ['exp'], exp: now },
          { crit: ['b64'], b64: false },
          { crit: [] },
          { crit: null },
          { crit: 'b64' },
          { b64: false },
          { b64: true },
          { zip: 'DEF' },
        ].map((members) => [json(members), signed({}, members), 'forbidden_header']),
      ),
  },
];

function nearly(origin: string): string[] {
  const other = origin.startsWith('https') ? origin.replace('https', 'http') : origin.replace('http', 'https');
  return [
    ...[`${origin}/`, `${origin}/x`, origin.toUpperCase(), other, `${origin}:443`, origin.slice(0, -1), ` ${origin}`],
    ...[`${origin}.evil.example`, `${origin}\u0000`, `${origin}#`, 'https://evil.example', '*', 'null', MARK],
  ];
}
