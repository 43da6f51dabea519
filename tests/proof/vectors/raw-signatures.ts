import { toBase64Url } from '@/lib/core/encoding';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { hasValidSignature } from '@/lib/core/token/compact-jws';

type RawVectors = {
  readonly testGroups: readonly {
    /** The point as hex, with a leading 04; or the key of Ed25519. */
    readonly publicKey: { readonly uncompressed?: string; readonly pk?: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
};

/** How many signatures over raw bytes were judged, and the numbers of those that were judged otherwise than their label says. */
export async function judgeRaw(
  { testGroups }: RawVectors,
  alg: 'ES256' | 'EdDSA',
): Promise<{ run: number; differences: number[] }> {
  const differences: number[] = [];
  let run = 0;
  for (const { publicKey, tests } of testGroups) {
    const key = (await importJwkSet({ keys: [{ ...jwkOf(publicKey), kid: 'a', alg }] }))?.get('a');
    if (key === undefined) throw new Error('a key of the file was refused');
    for (const { tcId, msg, sig, result } of tests) {
      const signed = { signature: bytesOfHex(sig), signingInput: bytesOfHex(msg) };
      const isValid = await hasValidSignature({ header: {}, payloadBytes: new Uint8Array(), ...signed }, key);
      run += 1;
      if (isValid !== (result === 'valid')) differences.push(tcId);
    }
  }
  return { run, differences };
}

const bytesOfHex = (hex: string) => new Uint8Array((hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

function jwkOf({ uncompressed = '', pk }: { uncompressed?: string; pk?: string }): Record<string, string> {
  if (pk !== undefined) return { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(bytesOfHex(pk)) };
  const point = bytesOfHex(uncompressed);
  const [x, y] = [toBase64Url(point.subarray(1, 33)), toBase64Url(point.subarray(33))];
  return { kty: 'EC', crv: 'P-256', x, y };
}
