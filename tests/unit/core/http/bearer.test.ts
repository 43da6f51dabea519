import { describe, expect, test } from 'vitest';
import { bearerChallenge, bearerToken, readCredentials } from '@/lib/core/http/bearer';

describe('an Authorization header (RFC 6750 §2.1)', () => {
  test.each(['Bearer abc', 'bearer abc', 'BEARER   abc '])('brings a token: %j', (header) => {
    expect(readCredentials(header)).toEqual({ kind: 'bearer', token: 'abc' });
    expect(bearerToken(header)).toBe('abc');
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'bearer  ',
    'Bearer\tabc',
    'BEARER=abc',
    'Bearer,Basic abc',
    'Bearer\u00a0abc',
  ])('tries to, and brings none: %j', (header) => {
    expect(readCredentials(header)).toEqual({ kind: 'malformed' });
    expect(bearerToken(header)).toBeNull();
  });

  test.each([
    null,
    '',
    'Basic abc',
    'Bearerabc',
    'Bearer-2 abc',
    ' Bearer abc',
    'Token Bearer abc',
    'Basic a, Bearer abc',
    'Digest username="Bearer x"',
  ])('is about something else: %j', (header) => {
    expect(readCredentials(header)).toEqual({ kind: 'none' });
  });
});

describe('a challenge (RFC 6750 §3)', () => {
  test('without an error says only where to go', () => {
    expect(bearerChallenge()).toBe('Bearer realm="handstamp"');
  });

  test.each(['invalid_request', 'invalid_token'] as const)('says %s in characters that the RFC allows', (error) => {
    const challenge = bearerChallenge(error);
    expect(challenge).toContain(`error="${error}"`);
    const description = /error_description="([^"]*)"$/.exec(challenge)?.[1] ?? '';
    expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });
});
