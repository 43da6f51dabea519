import { describe, expect, test } from 'vitest';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { hasValidSignature, selectKey, splitCompactJws } from '@/lib/core/token/compact-jws';
import ed25519 from '../../../fixtures/vectors/rfc7520/curve25519/jws.json';
import rs256 from '../../../fixtures/vectors/rfc7520/jws/4_1.rsa_v15_signature.json';
import ps384 from '../../../fixtures/vectors/rfc7520/jws/4_2.rsa-pss_signature.json';
import es512 from '../../../fixtures/vectors/rfc7520/jws/4_3.ecdsa_signature.json';
import hs256 from '../../../fixtures/vectors/rfc7520/jws/4_4.hmac-sha2_integrity_protection.json';
import detached from '../../../fixtures/vectors/rfc7520/jws/4_5.signature_with_detached_content.json';
import unprotected from '../../../fixtures/vectors/rfc7520/jws/4_6.protecting_specific_header_fields.json';
import contentOnly from '../../../fixtures/vectors/rfc7520/jws/4_7.protecting_content_only.json';
import multiple from '../../../fixtures/vectors/rfc7520/jws/4_8.multiple_signatures.json';

const split = (token: string) => splitCompactJws(token, 4096);

/** Splits and checks with one key of the set, which must be imported under the kid of the token. */
async function isAccepted(token: string, jwk: Readonly<Record<string, unknown>>): Promise<boolean> {
  const parts = split(token);
  if (!parts.ok) return false;
  const key = selectKey(parts.value.header, (await importJwkSet({ keys: [jwk] })) ?? new Map());
  return key.ok && hasValidSignature(parts.value, key.value);
}

// RFC 7515 appendix A.3 and A.5.
const A3_KEY = {
  kty: 'EC',
  crv: 'P-256',
  alg: 'ES256',
  kid: 'a3',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const A3_TOKEN =
  'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
const A5_TOKEN =
  'eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.';

describe('examples with one of our algorithms have genuine signatures', () => {
  test.each([
    ['RFC 7515 A.3 (ES256)', A3_TOKEN, A3_KEY],
    ['RFC 8037 A.4 (Ed25519)', ed25519.output.compact, { ...ed25519.input.key, alg: 'EdDSA', kid: 'ed' }],
  ])('%s', async (_name, token, jwk) => {
    const parts = split(token);
    const key = ((await importJwkSet({ keys: [jwk] })) ?? new Map()).get(jwk.kid);
    if (!parts.ok || key === undefined) throw new Error('the example could not be read');
    expect(await hasValidSignature(parts.value, key)).toBe(true);
    parts.value.signingInput[0] = 0;
    expect(await hasValidSignature(parts.value, key)).toBe(false);
  });

  test('RFC 7520 4.1 (RS256), with its key of 2,048 bits loaded by hand', async () => {
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...open } = rs256.input.key;
    const params = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('jwk', open, params, false, ['verify']);
    const parts = split(rs256.output.compact);
    expect(parts.ok && (await hasValidSignature(parts.value, { algorithm: 'RS256', key }))).toBe(true);
  });
});

describe('examples are refused', () => {
  test.each([
    ['4.1: an RSA key of 2,048 bits', rs256],
    ['4.2: PS384', ps384],
    ['4.3: ES512', es512],
    ['4.4: HS256', hs256],
  ])('%s', async (_name, { input, output }) => {
    expect(split(output.compact).ok).toBe(true);
    expect(await isAccepted(output.compact, { ...input.key, alg: input.alg })).toBe(false);
    for (const alg of ['ES256', 'EdDSA', 'RS256'])
      expect(await isAccepted(output.compact, { ...input.key, alg })).toBe(false);
  });

  test.each([
    [
      '4.5: detached content',
      [detached.output.compact, JSON.stringify(detached.output.json), JSON.stringify(detached.output.json_flat)],
    ],
    [
      '4.6: an unprotected header',
      [JSON.stringify(unprotected.output.json), JSON.stringify(unprotected.output.json_flat)],
    ],
    [
      '4.7: no protected header',
      [JSON.stringify(contentOnly.output.json), JSON.stringify(contentOnly.output.json_flat)],
    ],
    ['4.8: several signatures', [JSON.stringify(multiple.output.json)]],
    ['RFC 7515 A.5: unsecured', [A5_TOKEN]],
  ])('%s', (_name, forms) => {
    for (const form of forms) expect(split(form)).toEqual({ ok: false, code: 'malformed' });
  });
});

test('a key that is none for its algorithm verifies nothing, and is no error', async () => {
  const parts = split(A3_TOKEN);
  const key = ((await importJwkSet({ keys: [A3_KEY] })) ?? new Map()).get(A3_KEY.kid);
  if (!parts.ok || key === undefined) throw new Error('the example could not be read');
  for (const algorithm of ['EdDSA', 'RS256'] as const)
    expect(await hasValidSignature(parts.value, { ...key, algorithm })).toBe(false);
});

test('a text of the most bytes that are read is read, and one more is not', () => {
  expect(splitCompactJws(A3_TOKEN, A3_TOKEN.length).ok).toBe(true);
  expect(splitCompactJws(A3_TOKEN, A3_TOKEN.length - 1)).toEqual({ ok: false, code: 'malformed' });
});
