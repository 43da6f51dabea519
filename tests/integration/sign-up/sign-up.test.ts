import { describe, expect, it } from 'vitest';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, only } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const PASSWORD = 'grey-heron-counts-the-lanterns';
let people = 0;

async function register(email = `person${++people}@example.test`) {
  const answer = await send(server, '/api/auth/register', {
    method: 'POST',
    json: { email, password: PASSWORD, name: 'Person' },
  });
  return { email, answer, pending: only(answer.cookies, COOKIE.pending) };
}

const verify = (cookies: Cookies, code: string) =>
  send(server, '/api/auth/verify-email', { method: 'POST', cookies, json: { code } });
const usersOf = (email: string) => sql(databaseUrl, 'SELECT id FROM "User" WHERE email = $1', [email]);

describe('a sign-up', () => {
  it('makes no user before the mailed code comes back, and then signs in', async () => {
    const { email, answer, pending } = await register();
    expect(answer.status).toBe(202);
    expect(answer.json()).toEqual({ status: 'verification_sent' });
    expect(await usersOf(email)).toEqual([]);

    const verified = await verify(pending, await mailedCode(server, email));
    expect(verified.status).toBe(200);
    const body: unknown = verified.json();
    expect(body).toMatchObject({
      user: { email, name: 'Person', role: 'member' },
      accessTokenExpiresAt: expect.stringMatching(/Z$/),
    });
    const { cookies } = verified;
    expect(cookies[COOKIE.pending]).toBe('');
    expect((await send(server, '/dashboard', { cookies: only(cookies, COOKIE.access) })).status).toBe(200);
  });

  it('needs the browser that began it', async () => {
    const { email } = await register();
    const code = await mailedCode(server, email);
    expect(problemOf(await verify({}, code))).toBe('401 invalid_code');
    const other = await register();
    expect(problemOf(await verify(other.pending, code))).toBe('401 invalid_code');
  });

  it('is told why a password is refused, and keeps nothing', async () => {
    const weak = { email: 'weak@example.test', password: 'passwordpassword' };
    const refused = await send(server, '/api/auth/register', { method: 'POST', json: weak });
    expect(refused.status).toBe(422);
    expect(refused.json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'password', code: 'common' }],
    });
    expect(refused.setCookieLines).toEqual([]);
  });

  it('by a plain form leads from page to page', async () => {
    const fields = { email: 'form@example.test', password: PASSWORD, name: '' };
    const begun = await send(server, '/api/auth/register', { method: 'POST', form: fields });
    expect([begun.status, begun.headers.location]).toEqual([303, '/verify-email']);
    const pending = only(begun.cookies, COOKIE.pending);
    const wrong = await send(server, '/api/auth/verify-email', {
      method: 'POST',
      cookies: pending,
      form: { code: '12' },
    });
    expect(wrong.headers.location).toMatch(/^\/verify-email\?error=validation_failed/);
    const code = await mailedCode(server, fields.email);
    const done = await send(server, '/api/auth/verify-email', {
      method: 'POST',
      cookies: pending,
      form: { code: `${code.slice(0, 3)} ${code.slice(3)}` },
    });
    expect([done.status, done.headers.location]).toEqual([303, '/dashboard']);
    expect(done.cookies[COOKIE.refresh]).toHaveLength(94);
  });
});
