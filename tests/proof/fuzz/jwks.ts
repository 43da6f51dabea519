import fc from 'fast-check';
import { rsaKey, testKey } from '@/tests/fixtures/signing';
import { recordWith } from './texts';

/** Of each algorithm one: the first signs the tokens of the fixtures here. */
export const signer = await testKey('ES256');
const keys = [signer, await testKey('EdDSA'), await rsaKey()];

/** A public key of a set with members that are nearly, or not at all, what they should be. */
export const jwk = fc
  .tuple(
    fc.constantFrom(...keys),
    recordWith(['kty', 'crv', 'x', 'y', 'n', 'e', 'd', 'use', 'key_ops', 'alg', 'kid'], fc.jsonValue({ maxDepth: 1 })),
  )
  .map(([{ publicJwk }, changes]) => ({ ...publicJwk, ...changes }));
