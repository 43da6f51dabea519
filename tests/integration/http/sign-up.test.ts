import { describe, expect, it } from 'vitest';
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
  signIn,
} from '@/tests/support/http-client';
import { useApp } from '@/tests/support/running-app';
import { sql } from '@/tests/support/sql';

const app = useApp();
const PASSWORD = 'grey-heron-counts-the-lanterns';
let people = 0;

async function register(email = `person${++people}@example.test`) {
  const answer = await post(app.server, '/api/auth/register', { json: { email, password: PASSWORD, name: 'Person' } });
  return { email, answer, pending: only(cookiesOf(answer), PENDING) };
}

const verify = (jar: Jar, code: string) => post(app.server, '/api/auth/verify-email', { jar, json: { code } });
const wrongCodes = (right: string, count: number) =>
  Array.from({ length: count }, (_, at) => String((Number(right) + 1 + at) % 1_000_000).padStart(6, '0'));
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

  it('whose code was guessed wrong five times is dead, also for the right code', async () => {
    const { email, pending } = await register();
    const code = await mailedCode(app.server, email);
    const codes = new Set<string>();
    for (const wrong of wrongCodes(code, 20)) codes.add(await problemCode(await verify(pending, wrong)));
    expect([...codes].every((refusal) => ['invalid_code', 'too_many_attempts'].includes(refusal))).toBe(true);
    expect((await verify(pending, code)).status).not.toBe(200);
    expect(await usersOf(email)).toEqual([]);
    const [row] = await sql<{ failures: number }>(
      app.databaseUrl,
      'SELECT max(failures)::int AS failures FROM "Ceremony"',
    );
    expect(row?.failures).toBeLessThanOrEqual(5);
  });

  it('brings no more than five tries to twenty guesses at once', async () => {
    const { email, pending } = await register();
    const code = await mailedCode(app.server, email);
    const guesses = wrongCodes(code, 19).concat(code).reverse();
    const answers = await Promise.all(guesses.slice(1).map((guess) => verify(pending, guess)));
    expect(answers.filter((answer) => answer.status === 200)).toEqual([]);
    expect((await verify(pending, code)).status).not.toBe(200);
  });

  it('begun again brings no new tries: failures count for the address too', async () => {
    const { email, pending } = await register();
    for (const wrong of wrongCodes(await mailedCode(app.server, email), 5)) await verify(pending, wrong);
    const second = await register(email);
    // The wait from the fifth failure may be over by now; the one from the sixth begins with this guess.
    await verify(second.pending, '000000');
    const refused = await verify(second.pending, '000001');
    expect(await problemCode(refused)).toBe('too_many_attempts');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('that was finished signs nobody in again', async () => {
    const { email, pending } = await register();
    const code = await mailedCode(app.server, email);
    expect((await verify(pending, code)).status).toBe(200);
    expect(await problemCode(await verify(pending, code))).toBe('invalid_code');
  });

  it('needs the browser that began it', async () => {
    const { email } = await register();
    const code = await mailedCode(app.server, email);
    expect(await problemCode(await verify({}, code))).toBe('invalid_code');
    const other = await register();
    expect(await problemCode(await verify(other.pending, code))).toBe('invalid_code');
  });

  it('of an address that has an account is answered alike, and opens nothing', async () => {
    const unknown = await register('somebodynew@handstamp.test');
    const known = await register('member@handstamp.test');
    const seen = async ({ answer, pending }: typeof known) => [
      answer.status,
      await answer.text(),
      pending[PENDING]?.length,
    ];
    // The two addresses differ in length, which the sealed token shows: five characters, seven in base64url.
    const [status, body, length = 0] = await seen(known);
    const [otherStatus, otherBody, otherLength = 0] = await seen(unknown);
    expect([status, body]).toEqual([otherStatus, otherBody]);
    expect(Math.abs(Number(otherLength) - Number(length))).toBeLessThanOrEqual(8);
    for (const code of ['000000', '------']) expect((await verify(known.pending, code)).status).not.toBe(200);
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

it('no token holds an e-mail or a name, and both stay small', async () => {
  const jar = await signIn(app.server);
  expect(jar[ACCESS]?.length).toBeLessThan(700);
  expect(jar[REFRESH]?.length).toBeLessThan(120);
  const [header = '', claims = ''] = (jar[ACCESS] ?? '').split('.');
  const text = [header, claims, jar[REFRESH] ?? '']
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    .join(' ');
  expect(text).not.toMatch(/member@|handstamp\.test|Mira|email|name/);
});
