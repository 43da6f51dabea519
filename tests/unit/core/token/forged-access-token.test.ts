import { base64url, CompactSign, exportSPKI, importJWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenFailure } from '@/lib/core/failures';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { CLAIMS, headerOf, outcomeOf, signClaims } from '../../../fixtures/access-tokens';
import { NOW } from '../../../fixtures/deterministic';
import { foreignSignature, macOf } from '../../../fixtures/foreign-signatures';
import { encodePart, partsOf, type TestKey, testKey } from '../../../fixtures/signing';

// What an attacker can send who has seen tokens and the published keys, and holds no private key. The numbers are those of
// the attack list (jwt_tool, PortSwigger).

let key: TestKey;
let genuine: string;

beforeAll(async () => {
  key = await testKey('ES256');
  genuine = await signClaims(key);
});

const outcome = (token: string) => outcomeOf(token, key.verifying);

/** The genuine token with another header over the old payload and signature. */
function withHeader(changes: Record<string, unknown>): string {
  const [, payload, signature] = partsOf(genuine);
  return [encodePart({ ...headerOf(key), ...changes }), payload, signature].join('.');
}

function withPayload(changes: Record<string, unknown>): string {
  const [header, , signature] = partsOf(genuine);
  return [header, encodePart({ ...CLAIMS, ...changes }), signature].join('.');
}

// Promise: Known token attacks are refused
describe('signatures', () => {
  test('the last four characters cut off (A2)', async () => {
    expect(['malformed', 'bad_signature']).toContain(await outcome(genuine.slice(0, -4)));
  });

  test('three whole bytes cut off', async () => {
    const [header, payload, signature] = partsOf(genuine);
    const short = base64url.encode(base64url.decode(signature).subarray(0, 61));
    expect(await outcome([header, payload, short].join('.'))).toBe('bad_signature');
  });

  test('the signature left empty (A7)', async () => {
    const [header, payload] = partsOf(genuine);
    expect(await outcome(`${header}.${payload}.`)).toBe('malformed');
    expect(await outcome(`${header}.${payload}`)).toBe('malformed');
  });

  test.each([
    ['zeros (CVE-2022-21449)', new Uint8Array(64)],
    ['ones', new Uint8Array(64).fill(255)],
    ['one byte', new Uint8Array(1)],
    ['a DER sequence', new Uint8Array([0x30, 6, 2, 1, 1, 2, 1, 1])],
    ['twice as long', new Uint8Array(128)],
  ])('a signature of %s', async (_name, bytes) => {
    const [header, payload] = partsOf(genuine);
    expect(await outcome([header, payload, base64url.encode(bytes)].join('.'))).toBe('bad_signature');
  });

  test('every single bit of the signature matters', async () => {
    const [header, payload, signature] = partsOf(genuine);
    const ignored: number[] = [];
    for (let bit = 0; bit < 512; bit += 1) {
      const bytes = base64url.decode(signature);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      if ((await outcome([header, payload, base64url.encode(bytes)].join('.'))) !== 'bad_signature') ignored.push(bit);
    }
    expect(ignored).toEqual([]);
  });
});

test.each(Object.keys(CLAIMS))(
  'claim %s changed under the old signature is never looked at (A4, A20, A23, B1)',
  async (claim) => {
    for (const value of ['jwt_inject_marker', 'https://listener.example/x', null, true, false, 0]) {
      expect(await outcome(withPayload({ [claim]: value }))).toBe('bad_signature');
    }
  },
);

test('sixty registered claim names injected under the old signature (A25)', async () => {
  const names =
    'nbf,nonce,auth_time,azp,acr,email,email_verified,name,roles,groups,entitlements,scope,client_id,cnf,act,may_act,events,toe,txn,sub_jwk,_claim_names,_claim_sources,address,birthdate,gender,locale,zoneinfo,phone_number,picture,profile,website,updated_at,at_hash,c_hash,s_hash,sid,vot,vtm,attest,orig,dest,mky,opt,rph,sip_from_tag,rcd,jcard,uuid,device_code,geohash,htm,htu,ath,atc,status,exp_change,permissions,is_admin,admin,user';
  for (const name of names.split(','))
    expect(await outcome(withPayload({ [name]: 'https://listener.example/' }))).toBe('bad_signature');
});

describe('algorithm none (A8, B2)', () => {
  const NONE = [
    'none',
    'None',
    'NONE',
    'nOnE',
    'noNE',
    ' none',
    'none ',
    'none\u0000',
    '',
    null,
    undefined,
    [],
    {},
    ['ES256'],
    0,
    false,
  ];

  test.each(NONE)('%j, unsigned', async (alg) => {
    const head = encodePart({ ...headerOf(key), alg });
    expect(await outcome(`${head}.${partsOf(genuine)[1]}.`)).toBe('malformed');
  });

  test.each(NONE)('%j, with something in the place of the signature', async (alg) => {
    expect(await outcome(withHeader({ alg }))).toBe('wrong_algorithm');
  });
});

describe('key confusion: our public key as an HMAC secret (A9, B7, B8)', () => {
  test.each(SIGNING_ALGORITHMS)('%s', async (algorithm) => {
    const mine = await testKey(algorithm);
    const imported = await importJWK({ ...mine.publicJwk, ext: true }, algorithm);
    if (imported instanceof Uint8Array) throw new Error('asymmetric');
    const pem = await exportSPKI(imported);
    const der = new Uint8Array(await crypto.subtle.exportKey('spki', imported));
    const set = JSON.stringify({ keys: [mine.publicJwk] });
    const forms = [
      pem,
      pem.trim(),
      `${pem}\n`,
      pem.replace(/\n/g, '\r\n'),
      der,
      JSON.stringify(mine.publicJwk),
      set,
      mine.publicJwk.x ?? 'x',
      mine.kid,
    ];
    for (const secret of forms) {
      for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
        const token = await macOf({ ...headerOf(mine), alg }, CLAIMS, secret, alg);
        expect(await outcomeOf(token, mine.verifying)).toBe('wrong_algorithm');
        expect(await outcomeOf(await macOf(headerOf(mine), CLAIMS, secret, alg), mine.verifying)).toBe('bad_signature');
      }
    }
  });
});

test.each([
  '\u0000',
  'secret',
  'password',
  'your-256-bit-secret',
  'changeme',
  '0'.repeat(32),
  'https://app.handstamp.example',
])('signed with HS256 and the guessable key %j (A5, A6, A21, B3)', async (secret) => {
  expect(await outcome(await macOf({ ...headerOf(key), alg: 'HS256' }, CLAIMS, secret, 'HS256'))).toBe(
    'wrong_algorithm',
  );
});

describe('a key brought along', () => {
  test.each<[string, (attacker: TestKey) => Record<string, unknown>]>([
    ['in jwk (A10, B4)', ({ publicJwk }) => ({ jwk: publicJwk })],
    ['in jwk, under its own kid', ({ publicJwk, kid }) => ({ jwk: publicJwk, kid })],
    ['behind jku (A11, B5)', () => ({ jku: 'https://listener.example/jwks.json' })],
    ['behind a jku on our own host', () => ({ jku: 'https://app.handstamp.example/.well-known/jwks.json' })],
    ['behind x5u', () => ({ x5u: 'https://listener.example/cert.pem' })],
    ['in x5c', () => ({ x5c: ['MIIB'] })],
    ['in an empty jwk', () => ({ jwk: null })],
  ])('%s', async (_name, members) => {
    const attacker = await testKey('ES256');
    const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(CLAIMS)))
      .setProtectedHeader({ ...headerOf(key), ...members(attacker) })
      .sign(attacker.signing.privateKey);
    expect(await outcome(token)).toBe('forbidden_header');
  });
});

describe('kid (A12-A18, B6)', () => {
  test.each([
    '',
    '../../../../../../dev/null',
    '/dev/null',
    '/invalid_path',
    '|sleep 10',
    '| curl https://listener.example',
    "x' UNION SELECT '1';--",
    '__proto__',
    'constructor',
    'toString',
    'https://listener.example/key',
    ' ',
    '\u0000',
    'x'.repeat(2_000),
  ])('%j names no key', async (kid) => {
    for (const secret of ['\u0000', '1']) {
      expect(await outcome(await macOf({ alg: 'HS256', typ: 'at+jwt', kid }, CLAIMS, secret, 'HS256'))).toBe(
        'unknown_key',
      );
    }
  });

  test('our own kid with more around it names no key', async () => {
    for (const kid of [
      ` ${key.kid}`,
      `${key.kid} `,
      `${key.kid}\u0000`,
      key.kid.slice(1),
      [key.kid],
      { kid: key.kid },
    ]) {
      expect(await outcome(withHeader({ kid }))).toBe('unknown_key');
    }
  });
});

describe('header members of a wrong kind (A19, A22)', () => {
  const CODES: Record<string, TokenFailure> = { typ: 'wrong_type', kid: 'unknown_key', alg: 'wrong_algorithm' };

  test.each(Object.keys(CODES))('%s', async (member) => {
    for (const value of [null, true, false, 'string', 0, [], {}, 'https://listener.example/', undefined]) {
      expect(await outcome(withHeader({ [member]: value }))).toBe(CODES[member]);
    }
  });

  test('members that are often trusted, added under the old signature (A24)', async () => {
    for (const member of ['x5t', 'x5t#S256', 'cty', 'url', 'nonce', 'ppt', 'iss', 'epk', 'apu']) {
      for (const value of ['https://listener.example/', '/etc/passwd', 0, null, []]) {
        expect(await outcome(withHeader({ [member]: value }))).toBe('bad_signature');
      }
    }
  });
});

describe('a foreign key of any algorithm (A26)', () => {
  test.each(['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const)(
    '%s, under our kid and under its own',
    async (alg) => {
      const forged = await foreignSignature({ ...headerOf(key), alg }, { ...CLAIMS, role: 'admin' }, alg);
      expect(await outcome(forged)).toBe(alg === key.algorithm ? 'bad_signature' : 'wrong_algorithm');
      expect(await outcome(await foreignSignature({ alg, typ: 'at+jwt', kid: 'attacker' }, CLAIMS, alg))).toBe(
        'unknown_key',
      );
    },
  );

  test('the algorithm of the key claimed, another one used', async () => {
    for (const alg of ['ES384', 'EdDSA', 'RS256'] as const) {
      expect(await outcome(await foreignSignature(headerOf(key), CLAIMS, alg))).toBe('bad_signature');
    }
  });
});

test('a genuine token after its time (A27)', async () => {
  expect(await outcome(await signClaims(key, { iat: NOW - 400, exp: NOW - 100 }))).toBe('expired');
});

test('a genuine token whose key was withdrawn (A26)', async () => {
  const others = await testKey('ES256');
  expect(await outcomeOf(genuine, others.verifying)).toBe('unknown_key');
  expect(await outcomeOf(genuine, new Map())).toBe('unknown_key');
});

test('a token signed by a key of ours for one algorithm, sent as one of another', async () => {
  const mixed: SigningAlgorithm[] = ['EdDSA', 'RS256'];
  for (const algorithm of mixed) expect(await outcome(withHeader({ alg: algorithm }))).toBe('wrong_algorithm');
});
