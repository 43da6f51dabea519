import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { mailedCode, mailsTo, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, createPerson, only } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const PASSWORD = 'brown-herons-wait-under-the-bridge';
let people = 0;
/** Another one each time, all equally long. */
const newAddress = (): string => `again-${String(++people).padStart(3, '0')}@people.test`;

async function begin(email = newAddress()): Promise<{ email: string; pending: Cookies }> {
  const answer = await send(server, '/api/auth/register', { method: 'POST', json: { email, password: PASSWORD } });
  expect(answer.status).toBe(202);
  return { email, pending: only(answer.cookies, COOKIE.pending) };
}

const resend = (cookies: Cookies) =>
  send(server, '/api/auth/verify-email/resend', { method: 'POST', json: {}, cookies });
const enter = (cookies: Cookies, code: string) =>
  send(server, '/api/auth/verify-email', { method: 'POST', json: { code }, cookies });

describe('a code that is sent again', () => {
  it('is the same code, and works', async () => {
    const { email, pending } = await begin();
    const code = await mailedCode(server, email);
    const again = await resend(pending);
    expect([again.status, again.json(), again.setCookieLines]).toEqual([202, { status: 'verification_sent' }, []]);
    expect(await mailedCode(server, email, 2)).toBe(code);
    expect((await enter(pending, code)).status).toBe(200);
  });

  it('is answered alike for an address that has an account, whose owner gets that mail again', async () => {
    const looks: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { email } = i % 2 ? await createPerson({ email: newAddress() }) : { email: newAddress() };
      const { pending } = await begin(email);
      const { status, text, headers, setCookieLines } = await resend(pending);
      const { date: _date, ...others } = headers;
      looks.push({ status, text, others, setCookieLines });
      const { text: mail } = await mailTo(server, email, { count: 2 });
      expect(/^\d{6}$/m.test(mail)).toBe(i % 2 === 0);
    }
    for (const look of looks) expect(look).toEqual(looks[0]);
  });

  it('asks three statements, known address or not', async () => {
    const known = await begin((await createPerson({ email: newAddress() })).email);
    const fresh = await begin();
    for (const { email, pending } of [known, fresh]) {
      await mailTo(server, email, { count: 1 });
      const { statements } = await countStatements(databaseUrl, () => resend(pending));
      const own = statements.filter(({ sql }) => /"Ceremony"|"RateLimit"|INSERT INTO "Outbox"|"User"/.test(sql));
      expect(own.map(({ calls }) => calls)).toEqual([1, 1, 1]);
    }
  });

  it('brings no tries back, and is none for a sign-up that is finished, used up, damaged or not there', async () => {
    const { email, pending } = await begin();
    const code = await mailedCode(server, email);
    for (let tries = 1; tries <= 5; tries += 1) {
      await db().rateLimit.deleteMany();
      if (tries === 5) expect((await resend(pending)).status).toBe(202);
      expect(problemOf(await enter(pending, otherThan(code, tries)))).toBe('401 invalid_code');
    }
    expect(problemOf(await resend(pending))).toBe('401 invalid_code');
    await db().rateLimit.deleteMany();
    expect(problemOf(await enter(pending, code))).toBe('401 invalid_code');

    const done = await begin();
    expect((await enter(done.pending, await mailedCode(server, done.email))).status).toBe(200);
    expect(problemOf(await resend(done.pending))).toBe('401 invalid_code');
    expect(problemOf(await resend({ [COOKIE.pending]: `${pending[COOKIE.pending]}x` }))).toBe('401 invalid_code');
    expect(problemOf(await resend({}))).toBe('401 invalid_code');
  });

  it('counts among the five mails an hour of its mailbox, and beyond them is answered as any other', async () => {
    const { email, pending } = await begin();
    for (let times = 0; times < 6; times += 1) expect((await resend(pending)).status).toBe(202);
    const later = await begin();
    await mailTo(server, later.email);
    expect(await mailsTo(server, email)).toHaveLength(5);
  });

  it('is not sent for a sign-up whose mail never went out, when its mailbox may have mails again', async () => {
    for (const email of [newAddress(), (await createPerson({ email: newAddress() })).email]) {
      for (let times = 0; times < 5; times += 1) await begin(email);
      const { pending } = await begin(email);
      await db().rateLimit.deleteMany();
      expect((await resend(pending)).status).toBe(202);
      const later = await begin();
      await mailTo(server, later.email);
      expect(await mailsTo(server, email)).toHaveLength(5);
    }
  });

  it('comes back to the page of the code with what was wanted, when a plain form asks', async () => {
    const { pending } = await begin();
    const form = { next: '/account/sessions' };
    const sent = await send(server, '/api/auth/verify-email/resend', { method: 'POST', form, cookies: pending });
    expect([sent.status, sent.headers.location]).toEqual([303, '/verify-email?sent=1&next=%2Faccount%2Fsessions']);
    const refused = await send(server, '/api/auth/verify-email/resend', { method: 'POST', form });
    expect(refused.headers.location).toBe('/verify-email?error=invalid_code&next=%2Faccount%2Fsessions');
  });
});

describe('what a refused form said', () => {
  const email = 'typed@people.test';
  const name = 'Ada "<Typed>"';
  const refuse = () =>
    send(server, '/api/auth/register', { method: 'POST', form: { email, name, password: 'short', next: '/account' } });
  const page = async (path: string, cookies: Cookies) => (await send(server, path, { cookies })).text;

  it('is shown by the page that it is led to, for a minute, and stands in no address', async () => {
    const refused = await refuse();
    const { location = '' } = refused.headers;
    expect(location).toBe('/register?error=validation_failed&fields=password%3Atoo_short&next=%2Faccount');
    expect(refused.setCookieLines).toHaveLength(1);
    expect(refused.setCookieLines[0]).toMatch(/^handstamp-typed=.+; Path=\/; .*Max-Age=60; HttpOnly; SameSite=lax$/i);
    const html = await page(location, only(refused.cookies, COOKIE.typed));
    expect(html).toContain(`value="${email}"`);
    expect(html).toContain('value="Ada &quot;&lt;Typed&gt;&quot;"');
    expect(html).not.toContain('value="short"');
  });

  it('is sealed, and holds no password', async () => {
    const sealed = (await refuse()).cookies[COOKIE.typed] ?? '';
    for (const part of sealed.split('.'))
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('typed@');
    const long = { email, password: 'p'.repeat(2_000), name: 'x'.repeat(400) };
    const refused = await send(server, '/api/auth/register', { method: 'POST', form: long });
    expect((refused.cookies[COOKIE.typed] ?? '').length).toBeLessThan(400);
  });

  it('is shown to no other visit, nor taken from another sealed cookie', async () => {
    const typed = only((await refuse()).cookies, COOKIE.typed);
    for (const path of ['/register', '/login']) expect(await page(path, typed)).not.toContain(email);
    const { email: other, pending } = await begin();
    const swapped = { [COOKIE.typed]: pending[COOKIE.pending] ?? '' };
    expect(await page('/register?error=validation_failed', swapped)).not.toContain(other);
  });

  it('needs no cookie for a program, which gets none', async () => {
    const json = { email, name, password: 'short' };
    const refused = await send(server, '/api/auth/register', { method: 'POST', json });
    expect([refused.status, refused.setCookieLines]).toEqual([422, []]);
  });
});

it('a faulty address and a weak password are told at once, and the password is judged without the address', async () => {
  const refused = (json: object) => send(server, '/api/auth/register', { method: 'POST', json });
  expect((await refused({ email: 'nope', password: 'short' })).json()).toMatchObject({
    errors: [
      { field: 'email', code: 'invalid' },
      { field: 'password', code: 'too_short' },
    ],
  });
  expect((await refused({ email: 'nope', password: 'Robin-Robin-Quay', name: 'Robin Quay' })).json()).toMatchObject({
    errors: [{ field: 'email' }, { field: 'password', code: 'contains_context' }],
  });
  expect((await refused({ email: 'nope', password: '', name: '\u202e' })).json()).toMatchObject({
    errors: [{ field: 'email' }, { field: 'password', code: 'invalid' }, { field: 'name' }],
  });
  expect((await refused({ email: 'nope' })).json()).toMatchObject({
    errors: [{ field: 'email' }, { field: 'password', code: 'invalid' }],
  });
  expect((await refused([])).json()).toMatchObject({ errors: [{ field: 'body', code: 'invalid' }] });
});
