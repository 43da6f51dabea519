import { describe, expect, it } from 'vitest';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { devMail, mailedCode, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, only } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });
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

  it.each([
    ['full width', (code: string) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
    ['Arabic digits', (code: string) => code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)))],
    ['a mark of direction and a dash', (code: string) => `\u200e${code.slice(0, 3)}–${code.slice(3)}`],
  ])('takes its code typed with %s', async (_how, typed) => {
    const { email, pending } = await register();
    const verified = await verify(pending, typed(await mailedCode(server, email)));
    expect(verified.status, verified.text).toBe(200);
  });

  it.each(['\u200b\u200b', '\u3164', 'admin\u202enimda', '\u2800'])(
    'with a name that shows nothing, or turns what is around it, is refused: %j',
    async (name) => {
      const json = { email: 'name@example.test', password: PASSWORD, name };
      const refused = await send(server, '/api/auth/register', { method: 'POST', json });
      expect(problemOf(refused)).toBe('422 validation_failed');
      expect(refused.json()).toMatchObject({ errors: [{ field: 'name', code: 'invalid' }] });
    },
  );

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

// Promise: A mailbox has one account, however its address is spelt
describe('a mailbox', () => {
  it('has one account, however its address is spelt, and signs in to it by each spelling', async () => {
    const spellings = ['ada@bücher.test', 'ADA@BÜCHER.test', 'ada@xn--bcher-kva.test', 'ada@bu\u0308ｃher.test'];
    const stored = 'ada@xn--bcher-kva.test';
    const { answer, pending } = await register(spellings[0]);
    expect(answer.status).toBe(202);
    expect((await verify(pending, await mailedCode(server, stored))).json()).toMatchObject({ user: { email: stored } });
    for (const email of spellings) {
      const token = await send(server, '/api/auth/token', { method: 'POST', form: { email, password: PASSWORD } });
      expect(token.status, `${email}: ${token.text}`).toBe(200);
      const login = await send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD } });
      expect(login.json()).toMatchObject({ user: { email: stored } });
    }
    const again = await register('ada@𝐛ücher.test');
    expect(again.answer.status).toBe(202);
    const told = await mailTo(server, stored, { pattern: /already/ });
    expect(told.text).not.toMatch(/^\d{6}$/m);
    expect(await sql(databaseUrl, `SELECT id FROM "User" WHERE email LIKE 'ada@%'`)).toHaveLength(1);
  });

  it('gets five mails an hour that strangers cause, whatever tags and dots they put into its address', async () => {
    const spellings = ['v.w+1', 'vw+2', 'v.w', 'vw', 'ｖw', 'v.w+3', 'v.w+4', 'vw+5+6'].map(
      (local) => `${local}@example.com`,
    );
    for (const email of spellings) await register(email);
    // Mail goes out oldest first: when the last one is there, all are sent, or about to be.
    await mailTo(server, (await register()).email);
    const waiting = await sql<{ to: string }>(databaseUrl, 'SELECT "to" FROM "Outbox"');
    const mailed = [...waiting, ...(await devMail(server))].filter(({ to }) => to.endsWith('@example.com'));
    expect([...new Set(mailed.map(({ to }) => to))].sort()).toEqual(spellings.slice(0, 5).sort());
  });
});

it('mails that strangers cause are counted for their mailbox, their domain and network, and in all', async () => {
  const from = async (address: string) => {
    const json = { email: `person${++people}@example.test`, password: PASSWORD };
    const headers = { 'x-forwarded-for': address };
    expect((await send(server, '/api/auth/register', { method: 'POST', json, headers })).status).toBe(202);
  };
  await sql(databaseUrl, 'DELETE FROM "RateLimit"');
  for (const address of ['203.0.113.7', '203.0.113.8', '198.51.100.7']) await from(address);
  const rows = await sql<{ policy: string; failures: number[] }>(
    databaseUrl,
    `SELECT split_part(key, ':', 1) AS policy, array_agg(failures ORDER BY failures) AS failures
     FROM "RateLimit" GROUP BY 1`,
  );
  expect(Object.fromEntries(rows.map(({ policy, failures }) => [policy, failures]))).toMatchObject({
    mail: [1, 1, 1],
    mailDomain: [1, 2],
    mailTotal: [3],
  });
});

describe('the local mailbox', () => {
  it.each(['localhost:3000', '127.0.0.1:3000', '[::1]:3000'])('opens as page and as JSON at %s', async (host) => {
    for (const path of ['/dev/mail', '/api/dev/mail']) {
      expect((await send(server, path, { headers: { host } })).status, path).toBe(200);
    }
  });

  it.each(['evil.example', 'evil.example:3000', '127.0.0.1:3001', 'localhost'])('is not there at %s', async (host) => {
    for (const path of ['/dev/mail', '/api/dev/mail']) {
      expect((await send(server, path, { headers: { host } })).status, path).toBe(404);
    }
  });
});
