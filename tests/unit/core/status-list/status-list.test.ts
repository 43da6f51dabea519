import { base64url } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bytes } from '@/lib/core/encoding';
import { STATUS_LIST_LIFE_SECONDS, STATUS_LIST_TTL_SECONDS } from '@/lib/core/policy';
import { STATUS_LIST_SIZE } from '@/lib/core/status-list/status-index';
import {
  MAX_STATUS_LIST_BYTES,
  setStatus,
  signStatusList,
  statusAt,
  statusBytes,
  verifyStatusList,
} from '@/lib/core/status-list/status-list';
import { headerOf } from '@/tests/fixtures/access-tokens';
import { NOW, platformBytes, seededNumbers } from '@/tests/fixtures/deterministic';
import { partsOf, readPart, signCompact, type TestKey, testKey } from '@/tests/fixtures/signing';

const URI = 'https://app.handstamp.example/status-lists/7';
let key: TestKey;

beforeAll(async () => {
  key = await testKey('ES256');
});

const zlib = async (bytes: Bytes) =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))).arrayBuffer(),
  );
const lstOf = async (bytes: Bytes) => base64url.encode(await zlib(bytes));

const ended = (...indexes: number[]) => statusBytes(indexes.map((index) => [index, 'revoked'] as const));

const verify = (token: string, { now = NOW, heldIat = 0, uri = URI } = {}) =>
  verifyStatusList(token, uri, key.verifying, now, heldIat);
const codeOf = async (token: string, how = {}) => {
  const verified = await verify(token, how);
  return verified.ok ? 'accepted' : verified.code;
};

/** A list token over a good payload with changes, signed by the issuer's key. */
async function craft(changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  const status_list = { bits: 2, lst: await lstOf(ended(5)) };
  const payload = { sub: URI, iat: NOW - 5, exp: NOW + 55, ttl: 2, status_list, ...changes };
  return signCompact({ ...headerOf(key), typ: 'statuslist+jwt', ...header }, payload, key.signing);
}

describe('a published list', () => {
  test('says of each place what was published', async () => {
    const random = seededNumbers(3);
    const marks = new Map<number, 'revoked' | 'stale'>();
    for (let i = 0; i < 1_311; i += 1) {
      marks.set(Math.floor(random() * STATUS_LIST_SIZE), i % 3 === 0 ? 'stale' : 'revoked');
    }
    const verified = await verify(await signStatusList(statusBytes(marks), URI, key.signing, NOW));
    if (!verified.ok) throw new Error(verified.code);
    const wrong: number[] = [];
    for (let index = 0; index < STATUS_LIST_SIZE; index += 1) {
      if (statusAt(verified.value, index) !== (marks.get(index) ?? 'valid')) wrong.push(index);
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ['empty', statusBytes([])],
    ['full', new Uint8Array(STATUS_LIST_SIZE / 4).fill(255)],
    ['random, which does not compress', platformBytes(STATUS_LIST_SIZE / 4)],
  ])('survives the way when it is %s', async (_name, statuses) => {
    const token = await signStatusList(statuses, URI, key.signing, NOW);
    expect(token.length).toBeLessThan(MAX_STATUS_LIST_BYTES);
    const verified = await verify(token);
    expect(verified.ok && verified.value).toMatchObject({ uri: URI, iat: NOW, exp: NOW + 120, bits: 2, statuses });
  });

  test('of a release before, with one bit a place, is read', async () => {
    const statuses = new Uint8Array(STATUS_LIST_SIZE / 8);
    statuses[0] = 0b0010_1000;
    const verified = await verify(await craft({ status_list: { bits: 1, lst: await lstOf(statuses) } }));
    if (!verified.ok) throw new Error(verified.code);
    const read = [0, 3, 4, 5, STATUS_LIST_SIZE - 1, STATUS_LIST_SIZE].map((index) => statusAt(verified.value, index));
    expect(read).toEqual(['valid', 'revoked', 'valid', 'revoked', 'valid', 'revoked']);
  });

  test('is a signed statuslist+jwt with sub, iat, exp, ttl and two bits a place (Token Status List §5.1)', async () => {
    const [header, payload] = partsOf(await signStatusList(ended(), URI, key.signing, NOW + 0.9));
    expect(readPart(header)).toEqual({ alg: 'ES256', typ: 'statuslist+jwt', kid: key.kid });
    const { status_list, ...claims } = readPart(payload);
    expect(claims).toEqual({ sub: URI, iat: NOW + 0.9, exp: NOW + 120, ttl: 2 });
    expect(status_list).toMatchObject({ bits: 2 });
    expect([STATUS_LIST_TTL_SECONDS, STATUS_LIST_LIFE_SECONDS]).toEqual([2, 120]);
  });

  test('is small while few sessions were ended', async () => {
    expect((await signStatusList(ended(), URI, key.signing, NOW)).length).toBeLessThan(500);
  });
});

describe('the order of bits', () => {
  test('is that of the example in §4.1, in two bits: 0xc9 0x44 0xf9', async () => {
    const statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3];
    const bytes = ended(0, 5, 7, 8);
    for (const index of [3, 10, 11]) setStatus(bytes, index, 'stale');
    // What nobody of ours publishes.
    for (const index of [1, 9]) bytes[index >> 2] = (bytes[index >> 2] ?? 0) | (2 << ((index & 3) * 2));
    expect([...bytes.subarray(0, 3)]).toEqual([0xc9, 0x44, 0xf9]);
    const verified = await verify(await craft({ status_list: { bits: 2, lst: await lstOf(bytes.slice(0, 3)) } }));
    if (!verified.ok) throw new Error(verified.code);
    const words = ['valid', 'revoked', 'revoked', 'stale'];
    expect(statuses.map((_, index) => statusAt(verified.value, index))).toEqual(statuses.map((n) => words[n]));
  });

  test('is read the same way from the compressed example in §4.1', async () => {
    const token = await craft({ status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } });
    const verified = await verify(token);
    if (!verified.ok) throw new Error(verified.code);
    const read = Array.from({ length: 16 }, (_, index) => (statusAt(verified.value, index) === 'revoked' ? 1 : 0));
    expect(read).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
  });

  test('places outside of a list are not vouched for', () => {
    for (const bits of [1, 2] as const) {
      const list = { uri: URI, iat: NOW, exp: NOW + 120, kid: 'k', bits, statuses: new Uint8Array(2 * bits) };
      expect(
        [0, 15, 16, 17, STATUS_LIST_SIZE, 2 ** 35, Number.MAX_SAFE_INTEGER].map((index) => statusAt(list, index)),
      ).toEqual(['valid', 'valid', ...Array.from({ length: 5 }, () => 'revoked')]);
    }
  });
});

describe('a list is refused', () => {
  test.each([
    ['for another address', { sub: 'https://app.handstamp.example/status-lists/8' }, 'wrong_subject'],
    ['for nearly the address', { sub: `${URI}/` }, 'wrong_subject'],
    ['without address', { sub: undefined }, 'wrong_subject'],
    ['expired', { exp: NOW }, 'expired'],
    ['without exp', { exp: undefined }, 'bad_claims'],
    ['with exp as text', { exp: String(NOW + 60) }, 'bad_claims'],
    ['without iat', { iat: undefined }, 'bad_claims'],
    ['from the future', { iat: NOW + 61, exp: NOW + 120 }, 'issued_in_future'],
    ['without list', { status_list: undefined }, 'bad_claims'],
    ['with a list that is none', { status_list: [] }, 'bad_claims'],
    ['with a ttl of nothing', { ttl: 0 }, 'bad_claims'],
    ['with a negative ttl', { ttl: -2 }, 'bad_claims'],
    ['with ttl as text', { ttl: '2' }, 'bad_claims'],
    ['before its nbf', { nbf: NOW + 1 }, 'bad_claims'],
    ['with nbf as text', { nbf: String(NOW - 1) }, 'bad_claims'],
    ['with four bits a place', { status_list: { bits: 4, lst: 'eNrbuRgAAhcBXQ' } }, 'bad_claims'],
    ['with no bits a place', { status_list: { bits: 0, lst: 'eNrbuRgAAhcBXQ' } }, 'bad_claims'],
    ['with bits as text', { status_list: { bits: '1', lst: 'eNrbuRgAAhcBXQ' } }, 'bad_claims'],
    ['without bits of a list', { status_list: { bits: 1 } }, 'bad_claims'],
    ['with padding', { status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ==' } }, 'bad_claims'],
    ['with nothing compressed', { status_list: { bits: 1, lst: '' } }, 'bad_claims'],
    ['with damaged data', { status_list: { bits: 1, lst: 'eNr_____AhcBXQ' } }, 'bad_claims'],
    ['with cut data', { status_list: { bits: 1, lst: 'eNrbuRgA' } }, 'bad_claims'],
    ['with data that is not compressed', { status_list: { bits: 1, lst: 'uaM' } }, 'bad_claims'],
    ['with gzip data', { status_list: { bits: 1, lst: 'H4sIAAAAAAAAAwMAAAAAAAAAAAA' } }, 'bad_claims'],
  ])('%s', async (_name, changes, code) => {
    expect(await codeOf(await craft(changes))).toBe(code);
  });

  test('but not for members that it may have or lack (§5.1, §4.2)', async () => {
    expect(await codeOf(await craft({ ttl: undefined }))).toBe('accepted');
    expect(await codeOf(await craft({ ttl: 0.5, nbf: NOW, iss: 'https://app.handstamp.example' }))).toBe('accepted');
    const status_list = { bits: 1, lst: 'eNrbuRgAAhcBXQ', aggregation_uri: 'https://app.handstamp.example/lists' };
    expect(await codeOf(await craft({ status_list }))).toBe('accepted');
  });

  test.each(['at+jwt', 'JWT', 'statuslist+cwt', '', undefined])('with typ %j', async (typ) => {
    expect(await codeOf(await craft({}, { typ }))).toBe('wrong_type');
  });

  test('signed by another key, by none or with another algorithm', async () => {
    const other = await testKey('ES256');
    const foreign = await signStatusList(ended(), URI, other.signing, NOW);
    expect(await codeOf(foreign)).toBe('unknown_key');
    const [header, payload] = partsOf(await craft());
    expect(await codeOf(`${header}.${payload}.${partsOf(foreign)[2]}`)).toBe('bad_signature');
    expect(await codeOf(`${header}.${payload}.`)).toBe('malformed');
    expect(await codeOf(await craft({}, { alg: 'none' }))).toBe('malformed');
    expect(await codeOf(await craft({}, { jwk: key.publicJwk }))).toBe('malformed');
  });

  test('larger than any list of ours', async () => {
    expect(await codeOf(await craft({ z: 'z'.repeat(64 * 1024) }))).toBe('malformed');
  });

  test('that swells beyond its size: a bomb of twenty megabytes, and one of a byte too many', async () => {
    const bomb = await lstOf(new Uint8Array(20_000_000));
    const token = await craft({ status_list: { bits: 1, lst: bomb } });
    expect(await codeOf(token)).toBe('bad_claims');
    expect(
      await codeOf(
        await craft({ status_list: { bits: 1, lst: await lstOf(new Uint8Array(STATUS_LIST_SIZE / 8 + 1)) } }),
      ),
    ).toBe('bad_claims');
  });
});

describe('a replayed list', () => {
  test.each([
    [NOW - 6, 'accepted'],
    [NOW - 5, 'accepted'],
    [NOW - 4, 'older_than_held'],
    [NOW + 30, 'older_than_held'],
  ])('is measured against the one held: iat %i', async (heldIat, outcome) => {
    expect(await codeOf(await craft(), { heldIat })).toBe(outcome);
  });

  test('issued exactly a minute ahead is accepted, for clocks differ', async () => {
    expect(await codeOf(await craft({ iat: NOW + 60, exp: NOW + 120 }))).toBe('accepted');
  });

  test('of the same second as a newer one can be told from it', async () => {
    const before = await signStatusList(ended(), URI, key.signing, NOW + 0.1);
    const after = await verify(await signStatusList(ended(5), URI, key.signing, NOW + 0.9));
    if (!after.ok) throw new Error(after.code);
    expect(await codeOf(before, { heldIat: after.value.iat })).toBe('older_than_held');
  });
});
