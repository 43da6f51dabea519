import fc from 'fast-check';
import { toBase64Url } from '@/lib/core/encoding';
import { signStatusList, statusAt, statusBytes, verifyStatusList } from '@/lib/core/status-list/status-list';
import { type SealedPurpose, seal, unseal } from '@/lib/core/token/sealed-token';
import { NOW } from '@/tests/fixtures/deterministic';
import { LIST_URI } from '@/tests/fixtures/fake-issuer';
import { signCompact, testKey } from '@/tests/fixtures/signing';
import { asyncParser, type Parser } from './parser';
import { anyBytes, jsonWith, nearly, nearlyOrAny } from './texts';

const key = await testKey();
const sealingKey = { id: 'one', bytes: new Uint8Array(32).fill(7) };
const keyById = (id: string) => (id === sealingKey.id ? sealingKey : undefined);
const sealed = await seal('carried', { jti: 'A'.repeat(22), exp: NOW + 60, data: { a: 1 } }, sealingKey);
const statusList = await signStatusList(statusBytes([[5, 'revoked']]), LIST_URI, key.signing, NOW);

/** What a browser keeps for us and cannot read, and the lists of ended sessions. */
export const PARSERS_OF_SEALED_AND_LISTS: readonly Parser[] = [
  asyncParser(
    ['core/token/sealed-token.ts unseal'],
    nearlyOrAny(fc.constant(sealed)),
    async (text) => (await unseal('carried', text, keyById, NOW)).ok === (text === sealed),
  ),
  asyncParser(
    ['core/token/sealed-token.ts unseal'],
    fc.tuple(
      fc.constantFrom<SealedPurpose>('typed', 'draft', 'attempt'),
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
    ),
    async ([purpose, data]) => {
      const made = await seal(purpose, { jti: 'x', exp: NOW + 1, data }, sealingKey).catch(tooLong);
      if (made === null) return true;
      const opened = await unseal(purpose, made, keyById, NOW);
      const isForOneThing =
        !(await unseal('carried', made, keyById, NOW)).ok && !(await unseal(purpose, made, keyById, NOW + 1)).ok;
      // What names a member twice, as `__proto__` does to some parsers, is refused and never misread.
      return (
        isForOneThing &&
        (opened.ok ? JSON.stringify(opened.value.data) === JSON.stringify(JSON.parse(JSON.stringify(data))) : false)
      );
    },
    0.05,
  ),
  asyncParser(
    ['core/status-list/status-list.ts verifyStatusList'],
    nearly(fc.constant(statusList)),
    async (text) => (await verifyStatusList(text, LIST_URI, key.verifying, NOW, 0)).ok === (text === statusList),
    0.1,
  ),
  asyncParser(
    ['core/status-list/status-list.ts verifyStatusList'],
    fc.tuple(
      jsonWith('sub', 'iat', 'exp', 'ttl', 'nbf', 'status_list'),
      jsonWith('bits', 'lst'),
      anyBytes,
      fc.nat(2 ** 18),
    ),
    async ([claims, list, bytes, index]) => {
      const good = {
        sub: LIST_URI,
        iat: NOW,
        exp: NOW + 60,
        status_list: { bits: 2, lst: toBase64Url(bytes), ...object(list) },
      };
      const header = { alg: 'ES256', typ: 'statuslist+jwt', kid: key.kid };
      const verified = await verifyStatusList(
        await signCompact(header, { ...good, ...object(claims) }, key.signing),
        LIST_URI,
        key.verifying,
        NOW,
        0,
      );
      return !verified.ok || ['valid', 'revoked', 'stale'].includes(statusAt(verified.value, index));
    },
    0.05,
  ),
];

const object = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** Only what would be too long is not sealed. */
function tooLong(error: unknown): null {
  if (error instanceof RangeError) return null;
  throw error;
}
