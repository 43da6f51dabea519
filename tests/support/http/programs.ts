import { expect } from 'vitest';
import { createPerson, PASSWORD, type Person } from '@/tests/support/people';
import { type Answer, type RequestOptions, send, type Target } from './requests';

/** What a token endpoint gives a program (RFC 6749 §5.1). */
export type Tokens = {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
};

/** As a program asks: a form, without `Origin`, without cookies. */
export const ask = (
  target: Target,
  path: string,
  form: Record<string, string>,
  options: RequestOptions = {},
): Promise<Answer> =>
  send(target, path, { method: 'POST', form, ...options, headers: { origin: null, ...options.headers } });

/** Tokens of a new API session of `person`, who must have a password. */
export async function signInProgram(
  target: Target,
  person?: Person,
  more: Record<string, string> = {},
  options: RequestOptions = {},
) {
  const owner = person ?? (await createPerson({ hasPassword: true }));
  const answer = await ask(target, '/api/auth/token', { email: owner.email, password: PASSWORD, ...more }, options);
  expect(answer.status, answer.text).toBe(200);
  return { person: owner, tokens: answer.json() as Tokens };
}

export const refreshProgram = (
  target: Target,
  refreshToken: string,
  more: Record<string, string> = {},
  options: RequestOptions = {},
) => ask(target, '/api/auth/token/refresh', { refresh_token: refreshToken, ...more }, options);

/** `<status> <error>` of an OAuth error, after checking that no cache may keep it (RFC 6749 §5.2). */
export function oauthErrorOf(answer: Answer): string {
  expect(answer.headers['content-type'], `${answer.status} ${answer.text}`).toContain('application/json');
  expect(answer.headers['cache-control']).toContain('no-store');
  const { error } = answer.json() as { error: string };
  return `${answer.status} ${error}`;
}

export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** The claims of a token, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}
