import { base64url, CompactEncrypt, FlattenedSign, GeneralSign } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenFailure } from '@/lib/core/failures';
import { verifyAccessToken } from '@/lib/core/token/access-token';
import { CLAIMS, headerOf, ISSUER, outcomeOf, signClaims, signHeader } from '../../../fixtures/access-tokens';
import { NOW } from '../../../fixtures/deterministic';
import {
  encodePart,
  jsonBytes,
  partsOf,
  signCompact,
  signParts,
  type TestKey,
  testKey,
} from '../../../fixtures/signing';

// Tokens that the issuer's own key signed, or text made of such tokens, that must be refused all the same. The numbers
// are those of the attack list (RFC 8725 and its revision, RFC 9068).

let key: TestKey;
let genuine: string;

beforeAll(async () => {
  key = await testKey('ES256');
  genuine = await signClaims(key);
});

const outcome = (token: string) => outcomeOf(token, key.verifying);
const rawPayload = (text: string | Uint8Array) => signCompact(headerOf(key), text, key.signing);
const rawHeader = (text: string | Uint8Array) => signCompact(text, CLAIMS, key.signing);
const json = JSON.stringify;

describe('typ (C1, C2)', () => {
  test.each([
    undefined,
    null,
    '',
    'JWT',
    'jwt',
    'at+jwt ',
    ' at+jwt',
    'at+jwt\u0000',
    'at + jwt',
    'at+jwts',
    'application/',
    'application/jwt',
    'text/at+jwt',
    'application/application/at+jwt',
    'application/at+jwt; charset=utf-8',
    'refresh+jwt',
    'statuslist+jwt',
    'dpop+jwt',
    'logout+jwt',
    'secevent+jwt',
    'handstamp-sign-up+jwe',
    ['at+jwt'],
    { typ: 'at+jwt' },
    1,
    true,
  ])('%j is refused', async (typ) => {
    expect(await outcome(await signHeader(key, { typ }))).toBe('wrong_type');
  });

  test.each(['at+jwt', 'application/at+jwt', 'AT+JWT', 'Application/At+Jwt'])(
    '%j is a media type as RFC 9068 §4 compares it',
    async (typ) => {
      expect(await outcome(await signHeader(key, { typ }))).toBe('accepted');
    },
  );
});

describe('iss and aud (C3, C4)', () => {
  const NEARLY = [
    `${ISSUER}/`,
    `${ISSUER}/x`,
    ISSUER.toUpperCase(),
    ISSUER.replace('https', 'http'),
    `${ISSUER}:443`,
    ISSUER.slice(0, -1),
    `${ISSUER}.evil.example`,
    `${ISSUER}\u0000`,
    ` ${ISSUER}`,
    'https://evil.example',
    '*',
    'null',
  ];

  test.each(NEARLY)('iss %j is refused', async (iss) => {
    expect(await outcome(await signClaims(key, { iss }))).toBe('wrong_issuer');
  });

  test.each(NEARLY)('aud %j is refused', async (aud) => {
    expect(await outcome(await signClaims(key, { aud }))).toBe('wrong_audience');
  });

  test.each([undefined, null, '', [], [ISSUER], [ISSUER, 'https://other.example'], { 0: ISSUER }, 0])(
    '%j is neither',
    async (value) => {
      expect(await outcome(await signClaims(key, { iss: value }))).toBe('bad_claims');
      expect(await outcome(await signClaims(key, { aud: value }))).toBe('bad_claims');
    },
  );

  test('a token for another audience is accepted there and not here', async () => {
    const token = await signClaims(key, { aud: 'https://billing.example' });
    const there = { issuer: ISSUER, audience: 'https://billing.example' };
    expect((await verifyAccessToken(token, key.verifying, there, NOW, () => 'valid')).ok).toBe(true);
    expect(await outcome(token)).toBe('wrong_audience');
  });
});

describe('times (C5, C6)', () => {
  test.each<[string, string, TokenFailure]>([
    ['no exp', json({ ...CLAIMS, exp: undefined }), 'bad_claims'],
    ['exp null', json({ ...CLAIMS, exp: null }), 'bad_claims'],
    ['exp as text', json({ ...CLAIMS, exp: String(NOW + 100) }), 'bad_claims'],
    ['exp negative', json({ ...CLAIMS, exp: -1 }), 'bad_claims'],
    ['exp with a fraction', json({ ...CLAIMS, exp: NOW + 100.5 }), 'bad_claims'],
    ['exp 1e400', json({ ...CLAIMS, exp: 0 }).replace('"exp":0', '"exp":1e400'), 'bad_claims'],
    ['exp 9e15', json({ ...CLAIMS, exp: 9e15 }), 'bad_claims'],
    ['exp 0', json({ ...CLAIMS, exp: 0 }), 'expired'],
    ['no iat', json({ ...CLAIMS, iat: undefined }), 'bad_claims'],
    ['iat far ahead', json({ ...CLAIMS, iat: NOW + 200 }), 'issued_in_future'],
    ['iat 1e400', json({ ...CLAIMS, iat: 0 }).replace('"iat":0', '"iat":1e400'), 'bad_claims'],
  ])('%s', async (_name, payload, code) => {
    expect(await outcome(await rawPayload(payload))).toBe(code);
  });

  test.each([NOW + 1, NOW + 100, 1e15, '0', null, [NOW]])(
    'a token with nbf %j is not yet valid, or nobody can tell since when it is (RFC 7519 §4.1.5)',
    async (nbf) => {
      expect(await outcome(await signClaims(key, { nbf }))).toBe('not_yet_valid');
    },
  );

  test.each([0, NOW - 1, NOW])('a token with nbf %j is valid', async (nbf) => {
    expect(await outcome(await signClaims(key, { nbf }))).toBe('accepted');
  });

  test('a token lives for 900 s at most, for its revocation is not published longer', async () => {
    expect(await outcome(await signClaims(key, { iat: NOW - 10, exp: NOW + 890 }))).toBe('accepted');
    expect(await outcome(await signClaims(key, { iat: NOW - 10, exp: NOW + 891 }))).toBe('lives_too_long');
    expect(await outcome(await signClaims(key, { iat: NOW - 86_400, exp: NOW + 100 }))).toBe('lives_too_long');
    expect(await outcome(await signClaims(key, { exp: 253_402_300_799 }))).toBe('lives_too_long');
  });
});

test.each([undefined, null, 0, 7, {}, [], '', 'x'.repeat(10_240), true])('sub %j is refused (C7)', async (sub) => {
  // The last but one is over the size that is read at all.
  expect(['bad_claims', 'malformed']).toContain(await outcome(await signClaims(key, { sub })));
});

describe('JSON (C8, C24)', () => {
  const claims = json(CLAIMS).slice(1);
  const header = () => json(headerOf(key)).slice(1);

  test.each([
    ['sub twice', `{"sub":"victim",${claims}`],
    ['sub twice, once escaped', `{"\\u0073ub":"victim",${claims}`],
    ['role twice', `{"role":"admin",${claims}`],
    ['exp twice', `{"exp":${NOW + 9999},${claims}`],
    ['a member twice inside status', json(CLAIMS).replace('"idx":', '"idx":0,"idx":')],
    ['a byte order mark', `\ufeff{${claims}`],
    ['an array', `[${json(CLAIMS)}]`],
    ['text', json(json(CLAIMS))],
    ['nothing', ' '],
    ['more after it', `${json(CLAIMS)}{}`],
    ['a comma too many', `${json(CLAIMS).slice(0, -1)},}`],
    ['a form', 'sub=victim&role=admin'],
  ])('a payload with %s is refused', async (_name, payload) => {
    expect(await outcome(await rawPayload(payload))).toBe('bad_claims');
  });

  test.each([
    ['alg twice', () => `{"alg":"none",${header()}`],
    ['kid twice', () => `{"kid":"other",${header()}`],
    ['typ twice, once escaped', () => `{"t\\u0079p":"JWT",${header()}`],
    ['a byte order mark', () => `\ufeff{${header()}`],
    ['an array', () => `[{${header()}]`],
    ['null', () => 'null'],
    ['an open brace', () => header()],
  ])('a header with %s is refused', async (_name, text) => {
    expect(await outcome(await rawHeader(text()))).toBe('malformed');
  });

  test('bytes that are not UTF-8 are refused in both', async () => {
    const spoilt = (text: string) => {
      const bytes = jsonBytes(text);
      bytes[bytes.length - 3] = 0xff;
      return bytes;
    };
    expect(await outcome(await rawHeader(spoilt(json(headerOf(key)))))).toBe('malformed');
    expect(await outcome(await rawPayload(spoilt(json({ ...CLAIMS, z: 'zzzz' }))))).toBe('bad_claims');
  });

  test('an encoded surrogate is refused in both', async () => {
    const surrogate = new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]);
    const member = (text: string) => new Uint8Array([...jsonBytes(`${text.slice(0, -1)},"z":`), ...surrogate, 0x7d]);
    expect(await outcome(await rawHeader(member(json(headerOf(key)))))).toBe('malformed');
    expect(await outcome(await rawPayload(member(json(CLAIMS))))).toBe('bad_claims');
  });
});

describe('header members that change the rules (C9, A10, A11)', () => {
  test.each<[string, Record<string, unknown>]>([
    ['crit with an unknown name', { crit: ['exp'], exp: NOW }],
    ['crit, empty', { crit: [] }],
    ['crit with b64', { crit: ['b64'], b64: false }],
    ['b64 alone', { b64: false }],
    ['b64 true', { b64: true }],
    ['zip', { zip: 'DEF' }],
    ['jwk', { jwk: {} }],
    ['jku', { jku: `${ISSUER}/.well-known/jwks.json` }],
    ['x5u', { x5u: `${ISSUER}/x` }],
    ['x5c', { x5c: [] }],
  ])('%s', async (_name, members) => {
    expect(await outcome(await signHeader(key, members))).toBe('forbidden_header');
  });
});

describe('other forms (C10, C11)', () => {
  test('JWS as JSON, flattened and general, is refused', async () => {
    const payload = jsonBytes(CLAIMS);
    const flat = await new FlattenedSign(payload).setProtectedHeader(headerOf(key)).sign(key.signing.privateKey);
    const general = await new GeneralSign(payload)
      .addSignature(key.signing.privateKey)
      .setProtectedHeader(headerOf(key))
      .sign();
    for (const form of [json(flat), json(general), json({ token: genuine }), json(genuine)])
      expect(await outcome(form)).toBe('malformed');
  });

  test('an encrypted token is refused unread, and so is one that names 2^31 rounds', async () => {
    const encrypted = await new CompactEncrypt(jsonBytes(CLAIMS))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt', kid: key.kid })
      .encrypt(new Uint8Array(32));
    const head = encodePart({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31 - 1, p2s: 'AAAA' });
    expect(await outcome(encrypted)).toBe('malformed');
    expect(await outcome(`${head}.AAAA.AAAA.AAAA.AAAA`)).toBe('malformed');
  });
});

describe('spelling (C12, C13, C14)', () => {
  test('every character outside the alphabet is refused, in each part and around it', async () => {
    const parts = partsOf(genuine);
    for (const character of [
      ' ',
      '\t',
      '\n',
      '\r',
      '\u0000',
      '=',
      '%',
      '+',
      '/',
      '{',
      '"',
      '~',
      '\u00a0',
      'é',
      '.',
      ',',
      '\ufeff',
    ]) {
      for (let part = 0; part < 3; part += 1) {
        const text = parts[part] ?? '';
        for (const changed of [character + text, text + character, text.slice(0, 9) + character + text.slice(9)]) {
          expect(await outcome(parts.map((old, at) => (at === part ? changed : old)).join('.'))).toBe('malformed');
        }
      }
    }
  });

  test('padding is refused, where it is correct too', async () => {
    const parts = partsOf(genuine).map((part) => part.padEnd(Math.ceil(part.length / 4) * 4, '='));
    expect(await outcome(parts.join('.'))).toBe('malformed');
  });

  test('unused bits at the end of each part are refused unless they are zero', async () => {
    const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const parts = [encodePart({ ...headerOf(key), z: '' }), encodePart({ ...CLAIMS, z: '' })];
    while ((parts[0]?.length ?? 0) % 4 === 0) parts[0] = encodePart({ ...headerOf(key), z: 'zz' });
    while ((parts[1]?.length ?? 0) % 4 === 0) parts[1] = encodePart({ ...CLAIMS, z: 'zz' });
    const token = await signParts(parts[0] ?? '', parts[1] ?? '', key.signing);
    expect(await outcome(token)).toBe('accepted');
    for (let part = 0; part < 3; part += 1) {
      const text = partsOf(token)[part] ?? '';
      const unused = text.length % 4 === 2 ? 16 : 4;
      for (let bits = 1; bits < unused; bits += 1) {
        const last = ALPHABET.charAt(ALPHABET.indexOf(text.slice(-1)) + bits);
        const changed = partsOf(token).map((old, at) => (at === part ? old.slice(0, -1) + last : old));
        expect(await outcome(changed.join('.'))).toBe('malformed');
      }
    }
  });

  test('a twin signature (r, n - s) is no second identity: the same session is found revoked (C14, C15)', async () => {
    const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const [head, payload, signature] = partsOf(genuine);
    const bytes = base64url.decode(signature);
    const s = BigInt(`0x${[...bytes.subarray(32)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
    const twin = (ORDER - s).toString(16).padStart(64, '0').match(/../g) ?? [];
    const text = base64url.encode(
      new Uint8Array([...bytes.subarray(0, 32), ...twin.map((pair) => Number.parseInt(pair, 16))]),
    );
    const isRevoked = async (sid: string) => (sid === CLAIMS.sid ? ('revoked' as const) : ('valid' as const));
    const expected = { issuer: ISSUER, audience: ISSUER };
    const verify = (token: string) =>
      verifyAccessToken(token, key.verifying, expected, NOW, ({ sid }) => isRevoked(sid));
    expect(await verify(genuine)).toEqual({ ok: false, code: 'revoked' });
    expect(await verify([head, payload, text].join('.'))).toEqual({ ok: false, code: 'revoked' });
  });
});

describe('size (C16)', () => {
  test.each([
    ['nothing', ''],
    ['one dot', '.'],
    ['two dots', '..'],
    ['a hundred thousand dots', '.'.repeat(100_000)],
    ['a megabyte', 'A'.repeat(1_000_000)],
    ['a megabyte in each part', ['A', 'A', 'A'].map((part) => part.repeat(1_000_000)).join('.')],
  ])('%s', async (_name, token) => {
    const startedAt = performance.now();
    expect(await outcome(token)).toBe('malformed');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('4,096 bytes are read, one more is not', async () => {
    const overhead = (await signClaims(key, { z: '' })).length;
    const fits = await signClaims(key, { z: 'z'.repeat(Math.floor(((4096 - overhead) * 3) / 4)) });
    expect(fits.length).toBeGreaterThan(4090);
    expect(fits.length).toBeLessThanOrEqual(4096);
    expect(await outcome(fits)).toBe('accepted');
    expect(await outcome(await signClaims(key, { z: 'z'.repeat(Math.floor(((4096 - overhead) * 3) / 4) + 4) }))).toBe(
      'malformed',
    );
  });

  test('JSON as deep as fits is answered', async () => {
    const deep = `${json(CLAIMS).slice(0, -1)},"z":${'['.repeat(1_100)}${']'.repeat(1_100)}}`;
    expect(await outcome(await rawPayload(deep))).toBe('accepted');
    expect(await outcome(`${encodePart('['.repeat(2_000))}.AAAA.AAAA`)).toBe('malformed');
  });
});
