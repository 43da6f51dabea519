import { isRecord } from '@/lib/core/json';
import { importJwkSet, type VerifyingKeys } from '@/lib/core/keys/jwk-set';
import { MAX_ACCESS_TOKEN_BYTES } from '@/lib/core/token/access-token';
import { hasValidSignature, selectKey, splitCompactJws } from '@/lib/core/token/compact-jws';

/** One vector of a file: a token, the key or key set of its group, and what its label says. */
export type Vector = {
  readonly id: number;
  /** As it is written; what is JSON in the file is JSON here. */
  readonly token: string;
  readonly key: Record<string, unknown>;
  readonly isValid: boolean;
};

type VectorFile = {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly tests: readonly unknown[] }[];
};

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** The vectors of a file, with the public half of each key where the file has one. Throws where its own count is another. */
export function vectorsOf(file: VectorFile): Vector[] {
  const vectors = file.testGroups.flatMap((group) => {
    const { public: open, private: closed } = recordOf(group);
    const key = recordOf(open ?? closed);
    return group.tests.map((test): Vector => {
      const { tcId, jws, jwe, result } = recordOf(test);
      const token = jws ?? jwe;
      return {
        id: Number(tcId),
        token: typeof token === 'string' ? token : JSON.stringify(token),
        key,
        isValid: result === 'valid',
      };
    });
  });
  if (vectors.length !== file.numberOfTests)
    throw new Error(`${file.numberOfTests} vectors are said, others are there`);
  return vectors;
}

/** The keys that a verifier gets where `key`, or the set that it is, is published. */
export const publishedKeys = async ({ key }: Vector): Promise<VerifyingKeys> =>
  (await importJwkSet(Array.isArray(key['keys']) ? key : { keys: [key] })) ?? new Map();

/** As `publishedKeys`, and an RS256 key of any length besides, if nothing but its length keeps it out. */
export async function publishedOrShortKeys(vector: Vector): Promise<VerifyingKeys> {
  const keys = await publishedKeys(vector);
  const { kty, n, e, alg, kid, use, key_ops: keyOps } = vector.key;
  const isForSignatures = use === 'sig' || (use === undefined && (keyOps === undefined || String(keyOps) === 'verify'));
  if (keys.size > 0 || kty !== 'RSA' || alg !== 'RS256' || !isForSignatures) return keys;
  const params = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const jwk: JsonWebKey = { kty, n: String(n), e: String(e) };
  const key = await crypto.subtle.importKey('jwk', jwk, params, false, ['verify']);
  return new Map([[String(kid), { algorithm: 'RS256', key }]]);
}

/** True when the token passes every step of our verification that comes before its claims. */
export async function isAccepted(token: string, keys: VerifyingKeys): Promise<boolean> {
  const split = splitCompactJws(token, MAX_ACCESS_TOKEN_BYTES);
  if (!split.ok) return false;
  const key = selectKey(split.value.header, keys);
  return key.ok && hasValidSignature(split.value, key.value);
}

/** The numbers of those vectors that are answered otherwise than their label says. */
export async function differencesIn(
  vectors: readonly Vector[],
  keysOf: (vector: Vector) => Promise<VerifyingKeys>,
): Promise<number[]> {
  const differences: number[] = [];
  for (const vector of vectors) {
    if ((await isAccepted(vector.token, await keysOf(vector))) !== vector.isValid) differences.push(vector.id);
  }
  return differences.sort((a, b) => a - b);
}
