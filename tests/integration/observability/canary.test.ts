import { afterAll, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { addClient } from '@/lib/server/oauth/client-store';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { changeEmail, changePassword, confirmEmail, stepUp } from '@/tests/support/http/account';
import { openBrowser } from '@/tests/support/http/cookie-jar';
import { askForReset, mailedReset, mailedUndo } from '@/tests/support/http/mail-links';
import { mailedCode, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { ask } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { COOKIE, prepareSession } from '@/tests/support/people';
import { startDatabaseProxy } from '@/tests/support/server/proxies';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
afterAll(() => database.close());
const server = await useServer({ databaseUrl: database.databaseUrl });
const output = recordOutput(server);

const EMAIL = 'canary.bird@canaries.test';
const PASSWORD = 'yellow-canary-hums-in-a-quiet-mine';
const NAME = 'Canary McCanaryface';
/** Everything secret or personal that goes over the wire, as it is learnt. */
const secrets = new Set<string>([EMAIL, 'canary.bird', PASSWORD, NAME, new URL(url).password]);

/** Of the shape of a real one: asked for while the database is away. */
const CLIENT = { id: 'A'.repeat(22), secret: `hs_cs_${'a'.repeat(43)}` };

const learn = (cookies: Readonly<Record<string, string>>) => {
  for (const value of Object.values(cookies)) if (value !== '') secrets.add(value);
};

async function signUp(): Promise<Record<string, string>> {
  const json = { email: EMAIL, password: PASSWORD, name: NAME };
  const browser = openBrowser(server);
  const begun = await browser.request('/api/auth/register', { method: 'POST', json });
  learn(begun.cookies);
  const code = /\b\d{6}\b/.exec((await mailTo(server, EMAIL)).text)?.[0] ?? '';
  secrets.add(code);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  secrets.add(wrong);
  await browser.request('/api/auth/verify-email', { method: 'POST', json: { code: wrong } });
  const done = await browser.request('/api/auth/verify-email', { method: 'POST', json: { code } });
  expect(done.status).toBe(200);
  learn(done.cookies);
  return Object.fromEntries(browser.jar);
}

/** Another address and a way back in: links and codes by mail, and what is carried by a page. */
async function change(cookies: Record<string, string>): Promise<Record<string, string>> {
  const email = 'new.canary@canaries.test';
  secrets.add(email);
  await askForReset(server, EMAIL);
  const { token } = await mailedReset(server, EMAIL);
  secrets.add(token);
  const proven = await stepUp(server, cookies, PASSWORD);
  learn(proven.cookies);
  const asked = await changeEmail(server, { ...cookies, ...proven.cookies }, email);
  learn(asked.cookies);
  const code = await mailedCode(server, email);
  secrets.add(code);
  await confirmEmail(server, { ...cookies, ...proven.cookies, ...asked.cookies }, otherThan(code));
  const moved = await confirmEmail(server, { ...cookies, ...proven.cookies, ...asked.cookies }, code);
  expect(moved.status).toBe(200);
  learn(moved.cookies);
  const undo = await mailedUndo(server, EMAIL);
  secrets.add(undo);
  links.push(`/reset-password?token=${token}`, `/undo?token=${undo}`);
  return moved.cookies;
}

/** Pages that mailed links lead to. */
const links: string[] = [];

/** The same secrets once more, in all the places where a log might pick them up. */
async function misuse(cookies: Record<string, string>): Promise<void> {
  const access = cookies[COOKIE.access] ?? '';
  const refresh = cookies[COOKIE.refresh] ?? '';
  const json = { email: EMAIL, password: `${PASSWORD}!` };
  secrets.add(json.password);
  await send(server, '/api/auth/login', { method: 'POST', json });
  await send(server, '/api/auth/login', { method: 'POST', form: json });
  await send(server, '/api/auth/login', {
    method: 'POST',
    body: `{"password":"${PASSWORD}"`,
    headers: { 'content-type': 'application/json' },
  });
  await send(server, '/api/auth/register', { method: 'POST', json: { ...json, name: NAME } });
  await send(server, '/api/me', { headers: { authorization: `Bearer ${access}x` } });
  await send(server, '/api/me', { headers: { authorization: `Bearer ${refresh}` } });
  await send(server, '/api/me', {
    cookies: { [COOKIE.access]: `${access.slice(0, -4)}AAAA`, [COOKIE.refresh]: `${refresh}x` },
  });
  for (const path of [
    '/login',
    '/verify-email',
    '/dashboard',
    '/nowhere',
    '/api/nothing',
    `/api/auth/sessions/${refresh}`,
  ]) {
    const query = new URLSearchParams({ email: EMAIL, password: PASSWORD, token: access, code: refresh });
    await send(server, `${path}?${query}`, { cookies });
    await send(server, `${path}?${query}`, { method: 'DELETE', cookies });
  }
  await misuseTokens(access, refresh);
  for (const link of links) {
    const [path = '', token = ''] = link.split('?token=');
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) await send(server, link, { method });
    await send(server, `/api/auth${path}`, { method: 'POST', json: { token: `${token}A`, password: PASSWORD } });
    await send(server, `/api/auth${path}`, { method: 'POST', form: { token: `${token}A`, password: PASSWORD } });
  }
  await stepUp(server, cookies, `${PASSWORD}!`);
  await changePassword(server, cookies, { currentPassword: `${PASSWORD}!`, newPassword: `${PASSWORD}?` });
  secrets.add(`${PASSWORD}?`);
  // Next itself logs what it refuses of a server action.
  for (const headers of [{ 'x-forwarded-host': 'elsewhere.test' }, {}, { origin: 'https://elsewhere.test' }]) {
    const action = { 'next-action': refresh, 'content-type': 'text/plain', ...headers };
    const body = JSON.stringify([PASSWORD, EMAIL]);
    await send(server, '/account', { method: 'POST', cookies, body, headers: action });
  }
  const broken = { 'content-type': 'multipart/form-data; boundary=x' };
  await send(server, '/account', { method: 'POST', cookies, body: `--x\r\n${PASSWORD}`, headers: broken });
}

/** What programs send: the same secrets as parameters, and those of a resource server. */
async function misuseTokens(access: string, refresh: string): Promise<void> {
  const { id, secret } = (await addClient(`canary-${crypto.randomUUID()}`, null).catch(() => null)) ?? CLIENT;
  secrets.add(secret);
  const basic = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
  secrets.add(basic.authorization.slice('Basic '.length));
  await ask(server, '/api/auth/token', { email: EMAIL, password: `${PASSWORD}!` });
  await ask(server, '/api/auth/token', { username: EMAIL, password: PASSWORD, resource: `https://${PASSWORD}.test` });
  await ask(server, '/api/auth/token/refresh', { refresh_token: `hs_rt_${refresh}` });
  await ask(server, '/api/oauth/revoke', { token: `${access}x` });
  await ask(server, '/api/oauth/introspect', { token: access }, { headers: basic });
  await ask(server, '/api/oauth/introspect', { token: refresh, client_id: id, client_secret: secret });
}

// Promise: Logs hold no password, token, cookie or code
describe('everything that the server prints', () => {
  it('holds no password, token, cookie, code, address or name that was ever sent to it', {
    timeout: 60_000,
  }, async () => {
    const cookies = await change(await signUp());
    await misuse(cookies);
    const refreshed = await send(server, '/api/auth/refresh', { method: 'POST', cookies });
    learn(refreshed.cookies);
    database.cut();
    await misuse(cookies);
    await send(server, '/api/auth/refresh', { method: 'POST', cookies });
    const query = new URLSearchParams({ email: EMAIL, password: PASSWORD });
    const json = { email: EMAIL, password: PASSWORD };
    const away = await send(server, `/api/auth/login?${query}`, { method: 'POST', json });
    expect(away.status).toBe(503);
    await send(server, '/api/auth/logout', { method: 'POST', cookies });
    await send(server, '/dashboard', { cookies });
    await send(server, '/dashboard', { cookies: { [COOKIE.refresh]: cookies[COOKIE.refresh] ?? '' } });
    database.restore();
    // A mail that cannot be queued, and a row that cannot be read: errors that quote what they failed on.
    await sql(
      url,
      `CREATE FUNCTION quote_mail() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'the mail to % is refused', NEW."to"; END $$;
       CREATE TRIGGER quote_mail BEFORE INSERT ON "Outbox" FOR EACH ROW EXECUTE FUNCTION quote_mail()`,
    );
    const other = { email: 'second.canary@canaries.test', password: PASSWORD };
    secrets.add(other.email);
    await expect
      .poll(async () => (await send(server, '/api/auth/register', { method: 'POST', json: other })).status, {
        timeout: 10_000,
      })
      .toBe(500);
    await db().$executeRaw`ALTER TABLE "User" ADD CONSTRAINT no_user CHECK (id = '') NOT VALID`;
    const session = await prepareSession().catch(() => null);
    expect(session).toBeNull();

    const printed = output();
    // It did print: what follows proves something.
    expect(printed).toContain('"event":"request.failed"');
    expect(printed).toContain('"event":"token.invalid"');
    const found = [...secrets].filter(
      (secret) => printed.includes(secret) || printed.includes(encodeURIComponent(secret)),
    );
    expect(found).toEqual([]);
    // Nor a part of one that is worth something.
    expect(printed).not.toMatch(/eyJ[\w-]{10,}\.[\w-]{10,}/);
    expect(printed).not.toMatch(/canar/i);
  });
});
