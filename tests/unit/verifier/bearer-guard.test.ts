import { beforeEach, describe, expect, test } from 'vitest';
import { type BearerGuard, bearerGuard, type ProofRequirement } from '@/lib/verifier/bearer-guard';
import { createVerifier } from '@/lib/verifier/verifier';
import { ISSUER } from '../../fixtures/access-tokens';
import { FakeIssuer } from '../../fixtures/fake-issuer';
import { testKey } from '../../fixtures/signing';

let issuer: FakeIssuer;
let guard: BearerGuard;

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  guard = bearerGuard(createVerifier({ issuer: ISSUER, audience: ISSUER }, issuer.surroundings));
});

/** The refusal of a header, after checking that it is whole and that no cache may keep it. */
async function refusalOf(authorization: string | null | undefined) {
  const { claims, refusal } = await guard(authorization);
  if (claims !== null) throw new Error('accepted');
  expect(refusal.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': expect.stringContaining('no-store'),
  });
  // Without a type of its own the title is the phrase of the status (RFC 9457 §4.2.1).
  const title = { 400: 'Bad Request', 401: 'Unauthorized', 503: 'Service Unavailable' }[refusal.status];
  expect(JSON.parse(refusal.body)).toEqual({
    ...{ type: 'about:blank', title, status: refusal.status },
    detail: expect.stringMatching(/^[A-Z].{20,}/),
  });
  expect(() => new Response(refusal.body, { status: refusal.status, headers: refusal.headers })).not.toThrow();
  return refusal;
}

test('a good token gives the claims', async () => {
  const { claims, refusal } = await guard(`Bearer ${await issuer.token()}`);
  expect(claims).toMatchObject({ iss: ISSUER, role: 'member' });
  expect(refusal).toBeNull();
});

describe('without credentials', () => {
  test.each([null, undefined, '', 'Basic dXNlcjpwYXNz'])(
    '%j: 401 with a challenge that says no error',
    async (header) => {
      const { status, headers } = await refusalOf(header);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+"$/);
      expect(issuer.asked).toEqual([]);
    },
  );
});

test.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b'])('%j: 400 invalid_request', async (header) => {
  const { status, headers } = await refusalOf(header);
  expect(status).toBe(400);
  expect(headers['www-authenticate']).toContain('error="invalid_request"');
  expect(issuer.asked).toEqual([]);
});

describe('a token that is not good', () => {
  test.each<[string, () => Promise<string>]>([
    ['nonsense', async () => 'nonsense'],
    ['expired', () => issuer.token(400)],
    ['for another service', () => issuer.token(10, { aud: 'https://billing.example' })],
    ['of an unknown key', async () => issuer.token(10, {}, await testKey())],
    ['of an ended session', () => issuer.token(10)],
  ])('%s: 401 invalid_token, the same words for each', async (_name, token) => {
    issuer.endedPlaces.add(5);
    const { status, headers, body } = await refusalOf(`Bearer ${await token()}`);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toContain('error="invalid_token"');
    expect([headers, body]).toEqual(Object.values(await refusalOf('Bearer x')).slice(1));
  });

  test('that a refresh would mend: 401 invalid_token, and the description says so', async () => {
    issuer.stalePlaces.add(5);
    const { status, headers, body } = await refusalOf(`Bearer ${await issuer.token(10)}`);
    expect([status, headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/error="invalid_token", error_description="[^"]*stale: refresh it/),
    ]);
    expect(body).toBe((await refusalOf('Bearer x')).body);
    expect(await guard(`Bearer ${await issuer.token(10)}`)).toMatchObject({ failure: 'stale_claims' });
  });

  test('says why to the log', async () => {
    expect(await guard(`Bearer ${await issuer.token(400)}`)).toMatchObject({ failure: 'expired' });
    expect(await guard(null)).toMatchObject({ failure: null });
  });
});

describe('a good token whose person has to prove who they are once more (RFC 9470)', () => {
  const verifier = () => createVerifier({ issuer: ISSUER, audience: ISSUER }, issuer.surroundings);
  const challengeOf = async (requirement: ProofRequirement, token: string) => {
    const outcome = await bearerGuard(verifier(), requirement, issuer.surroundings)(`Bearer ${token}`);
    if (outcome.claims !== null) return 'let in';
    const { refusal, failure } = outcome;
    expect([refusal.status, failure]).toEqual([401, 'insufficient_user_authentication']);
    return refusal.headers['www-authenticate'];
  };

  test('is let in up to the age that is asked for, and answered with that age after it', async () => {
    const proven = async (ago: number) => issuer.token(10, { auth_time: Math.floor(issuer.surroundings.now()) - ago });
    expect(await challengeOf({ maxAgeSeconds: 600 }, await proven(600))).toBe('let in');
    const challenge = await challengeOf({ maxAgeSeconds: 600 }, await proven(601));
    expect(challenge).toContain('error="insufficient_user_authentication"');
    expect(challenge).toContain('max_age="600"');
    expect(await challengeOf({}, await proven(86_400))).toBe('let in');
  });

  test('is let in with every value of amr that is asked for, and with none of them missing', async () => {
    const token = await issuer.token(10, { amr: ['pwd', 'otp', 'mfa'] });
    expect(await challengeOf({ amr: ['mfa'] }, token)).toBe('let in');
    expect(await challengeOf({ amr: ['mfa', 'otp'] }, token)).toBe('let in');
    const challenge = await challengeOf({ amr: ['mfa', 'pop'] }, token);
    expect(challenge).toContain('error="insufficient_user_authentication"');
    expect(challenge).not.toContain('max_age');
  });

  test('is told so only when it is good: a bad one is invalid_token', async () => {
    const guard = bearerGuard(verifier(), { maxAgeSeconds: 0, amr: ['mfa'] }, issuer.surroundings);
    const { refusal } = await guard(`Bearer ${await issuer.token(400)}`);
    expect(refusal?.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no age', (maxAgeSeconds) => {
    expect(() => bearerGuard(verifier(), { maxAgeSeconds })).toThrow(TypeError);
    expect(() => bearerGuard(verifier(), { maxAgeSeconds })).toThrow('maxAgeSeconds is a number of whole seconds');
  });
});

test('when nobody can tell: 503 with Retry-After, never 401', async () => {
  issuer.goDown();
  const { status, headers } = await refusalOf(`Bearer ${await issuer.token()}`);
  expect(status).toBe(503);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(headers).not.toHaveProperty('www-authenticate');
});
