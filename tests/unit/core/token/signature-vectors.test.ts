import { base64url } from 'jose';
import { describe, expect, test } from 'vitest';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { type CompactJws, hasValidSignature } from '@/lib/core/token/compact-jws';
import ecdsa from '../../../fixtures/vectors/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json';
import ed25519 from '../../../fixtures/vectors/wycheproof/ed25519_test.json';

const bytesOfHex = (hex: string) => new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

type Vectors = { readonly testGroups: readonly Group[] };
type Group = {
  readonly publicKey: { readonly uncompressed?: string; readonly pk?: string };
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }[];
};

/** The file gives a JWK for most keys and the point for all. */
function jwkOf({ uncompressed, pk }: Group['publicKey']): Record<string, string> {
  if (pk !== undefined) return { kty: 'OKP', crv: 'Ed25519', x: base64url.encode(bytesOfHex(pk)) };
  const point = bytesOfHex(uncompressed ?? '');
  return {
    kty: 'EC',
    crv: 'P-256',
    x: base64url.encode(point.subarray(1, 33)),
    y: base64url.encode(point.subarray(33)),
  };
}

/** Ids of tests whose answer differs from the one written in the file, and how many were run. */
async function differences(
  { testGroups }: Vectors,
  alg: string,
): Promise<{ run: number; accepted: number; wrong: number[] }> {
  const found = { run: 0, accepted: 0, wrong: [] as number[] };
  for (const { publicKey, tests } of testGroups) {
    const keys = await importJwkSet({ keys: [{ ...jwkOf(publicKey), kid: 'a', alg }] });
    const key = keys?.get('a');
    if (key === undefined) throw new Error('a key of the file was refused');
    for (const { tcId, msg, sig, result } of tests) {
      const jws: CompactJws = {
        header: {},
        payloadBytes: new Uint8Array(),
        signature: bytesOfHex(sig),
        signingInput: bytesOfHex(msg),
      };
      const isValid = await hasValidSignature(jws, key);
      found.run += 1;
      if (isValid) found.accepted += 1;
      if (isValid !== (result === 'valid')) found.wrong.push(tcId);
    }
  }
  return found;
}

describe('raw signatures', () => {
  test('all 262 of ECDSA P-256 with SHA-256 are judged as Wycheproof judges them', async () => {
    expect(await differences(ecdsa, 'ES256')).toEqual({ run: 262, accepted: 173, wrong: [] });
  });

  test('all 151 of Ed25519 are judged as Wycheproof judges them', async () => {
    expect(await differences(ed25519, 'EdDSA')).toEqual({ run: 151, accepted: 88, wrong: [] });
  });
});
