import { describe, expect, test } from 'vitest';
import { contentSecurityPolicy } from '@/lib/core/http/content-security-policy';

const NONCE = 'MTIzNDU2Nzg5MDEyMzQ1Ng==';

const directives = (isDevelopment: boolean): Map<string, string[]> =>
  new Map(
    contentSecurityPolicy(NONCE, isDevelopment)
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name = '', ...sources]) => [name, sources]),
  );

describe('in production', () => {
  const policy = directives(false);

  test('scripts run by nonce only', () => {
    expect(policy.get('script-src')).toEqual(["'self'", `'nonce-${NONCE}'`, "'strict-dynamic'"]);
  });

  test('styles are ours or bear the nonce', () => {
    expect(policy.get('style-src')).toEqual(["'self'", `'nonce-${NONCE}'`]);
  });

  test('nothing unsafe is allowed anywhere, no wildcard and no foreign host', () => {
    const text = contentSecurityPolicy(NONCE, false);
    expect(text).not.toMatch(/unsafe|\*|https?:/);
  });

  test.each([
    ['frame-ancestors', ["'none'"]],
    ['object-src', ["'none'"]],
    ['base-uri', ["'none'"]],
    ['form-action', ["'self'"]],
    ['default-src', ["'self'"]],
    ['connect-src', ["'self'"]],
  ])('%s is %j', (directive, sources) => {
    expect(policy.get(directive)).toEqual(sources);
  });
});

describe('in development', () => {
  test('stack traces and inline styles work, and no nonce switches inline styles off', () => {
    expect(directives(true).get('script-src')).toContain("'unsafe-eval'");
    expect(directives(true).get('style-src')).toEqual(["'self'", "'unsafe-inline'"]);
  });

  test('inline scripts still need the nonce, and framing is still forbidden', () => {
    expect(directives(true).get('script-src')).not.toContain("'unsafe-inline'");
    expect(directives(true).get('frame-ancestors')).toEqual(["'none'"]);
  });
});

test('each directive is said once', () => {
  for (const isDevelopment of [true, false]) {
    const names = contentSecurityPolicy(NONCE, isDevelopment)
      .split(';')
      .map((directive) => directive.trim().split(' ')[0]);
    expect(new Set(names).size).toBe(names.length);
  }
});

test('it is one line that a header can carry', () => {
  expect(contentSecurityPolicy(NONCE, false)).toMatch(/^[\x20-\x7e]+$/);
});
