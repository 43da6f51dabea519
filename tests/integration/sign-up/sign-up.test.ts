import { describe, expect, it } from 'vitest';
import { sql } from '@/tests/support/database/sql';
import {
  ACCESS,
  cookiesOf,
  type Jar,
  mailedCode,
  only,
  PENDING,
  post,
  problemCode,
  REFRESH,
  send,
} from '@/tests/support/http-client';
import { useApp } from '@/tests/support/running-app';

const app = useApp();
const PASSWORD = 'grey-heron-counts-the-lanterns';
let people = 0;

async function register(email = `person${++people}@example.test`) {
  const answer = await post(app.server, '/api/auth/register', { json: { email, password: PASSWORD, name: 'Person' } });
  return { email, answer, pending: only(cookiesOf(answer), PENDING) };
}

const verify = (jar: Jar, code: string) => post(app.server, '/api/auth/verify-email', { jar, json: { code } });
const usersOf = (email: string) => sql(app.databaseUrl, 'SELECT id FROM "User" WHERE email = $1', [email]);

describe('a sign-up', () => {
  it('makes no user before the mailed code comes back, and then signs in', async () => {
    const { email, answer, pending } = await register();
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ status: 'verification_sent' });
    expect(await usersOf(email)).toEqual([]);

    const verified = await verify(pending, await mailedCode(app.server, email));
    expect(verified.status).toBe(200);
    const body: unknown = await verified.json();
    expect(body).toMatchObject({
      user: { email, name: 'Person', role: 'member' },
      accessTokenExpiresAt: expect.stringMatching(/Z$/),
    });
    const jar = cookiesOf(verified);
    expect(jar[PENDING]).toBe('');
    expect((await send(app.server, '/dashboard', { jar: only(jar, ACCESS) })).status).toBe(200);
  });

  it('needs the browser that began it', async () => {
    const { email } = await register();
    const code = await mailedCode(app.server, email);
    expect(await problemCode(await verify({}, code))).toBe('invalid_code');
    const other = await register();
    expect(await problemCode(await verify(other.pending, code))).toBe('invalid_code');
  });

  it('is told why a password is refused, and keeps nothing', async () => {
    const weak = { email: 'weak@example.test', password: 'passwordpassword' };
    const refused = await post(app.server, '/api/auth/register', { json: weak });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'password', code: 'common' }],
    });
    expect(refused.headers.getSetCookie()).toEqual([]);
  });

  it('by a plain form leads from page to page', async () => {
    const fields = { email: 'form@example.test', password: PASSWORD, name: '' };
    const begun = await post(app.server, '/api/auth/register', { form: fields });
    expect([begun.status, begun.headers.get('location')]).toEqual([303, '/verify-email']);
    const pending = only(cookiesOf(begun), PENDING);
    const wrong = await post(app.server, '/api/auth/verify-email', { jar: pending, form: { code: '12' } });
    expect(wrong.headers.get('location')).toMatch(/^\/verify-email\?error=validation_failed/);
    const code = await mailedCode(app.server, fields.email);
    const done = await post(app.server, '/api/auth/verify-email', {
      jar: pending,
      form: { code: `${code.slice(0, 3)} ${code.slice(3)}` },
    });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/dashboard']);
    expect(cookiesOf(done)[REFRESH]).toHaveLength(94);
  });
});
