import { describe, expect, test } from 'vitest';
import { issueAccessToken, type NewAccessClaims, verifyAccessToken } from '@/lib/core/token/access-token';
import type { ClaimsOf } from '@/lib/core/token/claims-subject';
import { checkOwnClaims, MAX_OWN_CLAIMS_BYTES, ownClaimsIn, RESERVED_CLAIMS } from '@/lib/core/token/own-claims';
import { ABOUT, CLAIMS, ISSUER, signClaims } from '@/tests/fixtures/access-tokens';
import { NOW, platformBytes } from '@/tests/fixtures/deterministic';
import { partsOf, readPart, testKey } from '@/tests/fixtures/signing';

const EXPECTED = { issuer: ISSUER, audience: ISSUER };

const codeOf = (claims: unknown) => {
  const checked = checkOwnClaims(claims);
  return checked.ok ? 'taken' : checked.code;
};
/** An object whose JSON has exactly so many bytes. */
const ofBytes = (bytes: number) => ({ plan: 'x'.repeat(bytes - JSON.stringify({ plan: '' }).length) });

// Promise: Claims of a product are 200 bytes at most
describe('claims of a product', () => {
  test('are taken as JSON says them', () => {
    const claims = { plan: 'pro', seats: 3, trial: false, org: { id: 'a', until: null }, permissions: ['read'] };
    expect(checkOwnClaims({ ...claims, nothing: undefined })).toEqual({ ok: true, value: claims });
    expect(checkOwnClaims({})).toEqual({ ok: true, value: {} });
  });

  test.each(RESERVED_CLAIMS.map((name) => [name]))('are refused with the reserved name %s', (name) => {
    expect(codeOf({ plan: 'pro', [name]: 'admin' })).toBe('reserved_name');
  });

  test.each(['constructor', 'toString', '__proto__'])('are refused with %s, which every object has', (name) => {
    expect(codeOf(Object.fromEntries([[name, 1]]))).toBe('reserved_name');
  });

  test.each(['', 'constructor ', 'über', 'a-b', '1st', 'a'.repeat(33), 'a\u0000'])(
    'are refused with the name %j',
    (name) => {
      expect(codeOf(Object.fromEntries([[name, 1]]))).toBe('bad_name');
    },
  );

  test('may take 200 bytes, and not one more, whatever the letters', () => {
    expect(MAX_OWN_CLAIMS_BYTES).toBe(200);
    expect(codeOf(ofBytes(200))).toBe('taken');
    expect(codeOf(ofBytes(201))).toBe('too_large');
    expect(codeOf({ plan: 'é'.repeat(100) })).toBe('too_large');
  });

  test('are refused when JSON cannot say them', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect([codeOf(circle), codeOf({ n: 1n })]).toEqual(['not_json', 'not_json']);
    expect(['text', null, undefined, ['list'], 7].map(codeOf)).toEqual(
      Array.from({ length: 5 }, () => 'not_an_object'),
    );
  });

  // What a property test found: an object may say itself what JSON makes of it.
  test('are judged by what JSON makes of them, an object that says so itself among them', () => {
    const saying = (said: unknown) => ({ plan: 'pro', toJSON: () => said });
    expect([new Date(0), saying('text'), saying(null), saying(['list'])].map(codeOf)).toEqual(
      Array.from({ length: 4 }, () => 'not_an_object'),
    );
    expect(codeOf(saying(undefined))).toBe('not_json');
    expect(codeOf(saying({ email: 'a@b.test' }))).toBe('reserved_name');
    expect(codeOf(saying({ 'a-b': 1 }))).toBe('bad_name');
    expect(checkOwnClaims(saying({ plan: 'free' }))).toEqual({ ok: true, value: { plan: 'free' } });
  });

  test('with a reserved name do not pass the type checker', () => {
    const fits: ClaimsOf<{ plan: string }> = () => ({ plan: 'pro' });
    // @ts-expect-error: `role` is ours.
    const reserved: ClaimsOf<{ role: string }> = () => ({ role: 'admin' });
    // @ts-expect-error: JSON has no dates.
    const noJson: ClaimsOf<{ since: Date }> = () => ({ since: new Date(0) });
    expect([fits, reserved, noJson].every((one) => typeof one === 'function')).toBe(true);
  });
});

describe('a token', () => {
  const key = testKey();
  const issue = async (own: NonNullable<NewAccessClaims['own']>) =>
    issueAccessToken({ ...ABOUT, own }, 300, (await key).signing, NOW, platformBytes);

  test('says them beside ours, and they come out frozen, apart from ours', async () => {
    const own = { plan: 'pro', trial: null, org: { id: 'a', until: null } };
    const { token, claims } = await issue(own);
    expect(readPart(partsOf(token)[1])).toMatchObject({ plan: 'pro', org: { id: 'a' }, role: 'member' });
    expect(claims.own).toEqual(own);
    const verified = await verifyAccessToken(token, (await key).verifying, EXPECTED, NOW, () => 'valid');
    if (!verified.ok) throw new Error(verified.code);
    expect(verified.value.own).toEqual(own);
    expect([verified.value.own, verified.value.own?.['org']].every(Object.isFrozen)).toBe(true);
  });

  test('never has one of them in the place of ours, even where nobody checked', async () => {
    const { token } = await issue({ role: 'admin', sub: 'somebody-else', iss: 'https://elsewhere.example' });
    expect(readPart(partsOf(token)[1])).toMatchObject({ role: 'member', sub: ABOUT.sub, iss: ABOUT.iss });
    expect(ownClaimsIn(readPart(partsOf(token)[1]))).toEqual({});
  });

  test('without them has no member for them', async () => {
    const token = await signClaims(await key);
    const verified = await verifyAccessToken(token, (await key).verifying, EXPECTED, NOW, () => 'valid');
    expect(verified).toEqual({ ok: true, value: CLAIMS });
  });
});
