import { expect, test } from 'vitest';
import { OAUTH_ERRORS, type OAuthErrorCode, oauthErrorResponse } from '@/lib/core/http/oauth-error';

const CODES = Object.keys(OAUTH_ERRORS) as OAuthErrorCode[];

test.each(CODES)('%s is an error of RFC 6749 §5.2 that nobody may keep', async (code) => {
  const response = oauthErrorResponse(code, { description: 'Send token' });
  expect(response.status).toBe(OAUTH_ERRORS[code]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('pragma')).toBe('no-cache');
  expect(response.headers.get('www-authenticate')).toBe(code === 'invalid_client' ? 'Basic realm="handstamp"' : null);
  expect(await response.json()).toEqual({ error: code, error_description: 'Send token' });
});

test('a wait is told in whole seconds, at least one', () => {
  expect(oauthErrorResponse('too_many_attempts', { retryAfterSeconds: 0.2 }).headers.get('retry-after')).toBe('1');
  expect(oauthErrorResponse('too_many_attempts', { retryAfterSeconds: 1.2 }).headers.get('retry-after')).toBe('2');
});

test('without a description there is only the code', async () => {
  expect(await oauthErrorResponse('invalid_grant').json()).toEqual({ error: 'invalid_grant' });
});
