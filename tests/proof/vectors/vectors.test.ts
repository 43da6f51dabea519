import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRecord } from '@/lib/core/json';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { SIGNING_ALGORITHMS } from '@/lib/core/keys/signing-key';
import { hasValidSignature, splitCompactJws } from '@/lib/core/token/compact-jws';
import ecdsa from '../../fixtures/vectors/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json';
import ed25519 from '../../fixtures/vectors/wycheproof/ed25519_test.json';
import older from '../../fixtures/vectors/wycheproof/json_web_crypto_test.json';
import encrypted from '../../fixtures/vectors/wycheproof/json_web_encryption_test.json';
import keys from '../../fixtures/vectors/wycheproof/json_web_key_test.json';
import signatures from '../../fixtures/vectors/wycheproof/json_web_signature_test.json';
import { proved } from '../../support/proof';
import {
  ENCRYPTED,
  EXAMPLES,
  type Exception,
  idsOf,
  KEYS,
  OLDER,
  SIGNATURES_AS_PUBLISHED,
  SIGNATURES_WITH_SHORT_RSA,
} from './exceptions';
import { judgeRaw } from './raw-signatures';
import { differencesIn, isAccepted, publishedKeys, publishedOrShortKeys, vectorsOf } from './wycheproof';

type File = Parameters<typeof vectorsOf>[0];
type Loader = Parameters<typeof differencesIn>[1];

// Promise: Known token attacks are refused
describe('the vectors of Wycheproof', () => {
  test.each<[name: string, count: number, file: File, keysOf: Loader, exceptions: readonly Exception[]]>([
    ['JWS, by keys as a key set gives them', 401, signatures, publishedKeys, SIGNATURES_AS_PUBLISHED],
    ['JWS, RS256 of 2,048 bits taken too', 401, signatures, publishedOrShortKeys, SIGNATURES_WITH_SHORT_RSA],
    ['JWK', 26, keys, publishedKeys, KEYS],
    ['JWS and JWE, older collection', 83, older, publishedKeys, OLDER],
    ['JWE', 139, encrypted, publishedKeys, ENCRYPTED],
  ])(
    '%s: all %i are judged as they are labelled, but for those with a reason',
    async (name, count, file, keysOf, exceptions) => {
      const vectors = vectorsOf(file);
      expect(vectors).toHaveLength(count);
      const differences = await differencesIn(vectors, keysOf);
      expect(differences).toEqual(idsOf(exceptions));
      const accepted = vectors.filter(({ id, isValid }) => isValid && !differences.includes(id)).length;
      const refused = vectors.filter(({ isValid }) => !isValid).length;
      // Every exception is a valid one that we refuse: nothing that is labelled invalid is accepted.
      expect(vectors.filter(({ id, isValid }) => !isValid && differences.includes(id))).toEqual([]);
      expect(accepted + refused + differences.length).toBe(count);
      const note = `${accepted} valid accepted, ${refused} invalid refused, ${differences.length} valid refused for a reason that is named`;
      proved({ what: `Wycheproof ${name}`, tried: count, held: accepted + refused + differences.length, note });
    },
  );

  test.each([
    ['ECDSA, P-256 with SHA-256', 262, ecdsa, 'ES256'],
    ['Ed25519', 151, ed25519, 'EdDSA'],
  ] as const)('raw signatures of %s: all %i are judged as they are labelled', async (name, count, file, alg) => {
    const { run, differences } = await judgeRaw(file, alg);
    expect([run, differences]).toEqual([count, []]);
    proved({ what: `Wycheproof raw signatures, ${name}`, tried: run, held: run - differences.length });
  });
});

describe('the examples of RFC 7520 and RFC 8037', () => {
  const FOLDER = path.join(import.meta.dirname, '../../fixtures/vectors/rfc7520');

  test('are all judged as their algorithm and form deserve', async () => {
    const files = await readdir(FOLDER, { recursive: true });
    const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
    expect(names.sort()).toEqual(Object.keys(EXAMPLES).sort());
    const verdicts = await Promise.all(names.map(async (name) => [name, await isTaken(name)]));
    const expected = names.map((name) => [name, EXAMPLES[name] === null]);
    expect(verdicts).toEqual(expected);
    proved({ what: 'RFC 7520 and RFC 8037 examples', tried: names.length, held: verdicts.length });
  });

  /** True when the key of a file can be loaded, or one form of its token is accepted, by whatever algorithm it is said to be for. */
  async function isTaken(name: string): Promise<boolean> {
    const document: unknown = JSON.parse(await readFile(path.join(FOLDER, `${name}.json`), 'utf8'));
    if (!isRecord(document)) throw new Error(`${name} is no object`);
    const { input, output } = document;
    if (name.startsWith('jwk/')) return (await loaded(document)).some((set) => set.size > 0);
    if (!isRecord(input) || !isRecord(output)) throw new Error(`${name} shows no token`);
    const sets = await loaded(isRecord(input['key']) ? input['key'] : {});
    const forms = Object.values(output).map((form) => (typeof form === 'string' ? form : JSON.stringify(form)));
    for (const form of forms) {
      for (const set of sets) if ((await isAccepted(form, set)) || (await isSignedBy(form, set))) return true;
    }
    return false;
  }

  const loaded = (jwk: Record<string, unknown>) =>
    Promise.all(
      SIGNING_ALGORITHMS.map(async (alg) => (await importJwkSet({ keys: [{ kid: 'a', ...jwk, alg }] })) ?? new Map()),
    );

  /** RFC 8037's token names no key: by whichever key of the set. */
  async function isSignedBy(form: string, set: Awaited<ReturnType<typeof loaded>>[number]): Promise<boolean> {
    const split = splitCompactJws(form, 4_096);
    if (!split.ok) return false;
    for (const key of set.values()) if (await hasValidSignature(split.value, key)) return true;
    return false;
  }
});
