import { expect } from 'vitest';
import { addClient } from '@/lib/server/oauth/client-store';
import { codeOf } from '@/tests/support/app-codes';
import { changeEmail, changePassword, confirmEmail, stepUp } from '@/tests/support/http/account';
import { openBrowser } from '@/tests/support/http/cookie-jar';
import { askForReset, mailedReset, mailedUndo } from '@/tests/support/http/mail-links';
import { mailedCode, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { ask } from '@/tests/support/http/programs';
import { send, type Target } from '@/tests/support/http/requests';
import { COOKIE } from '@/tests/support/people';

type Cookies = Record<string, string>;

export const EMAIL = 'canary.bird@canaries.test';
export const PASSWORD = 'yellow-canary-hums-in-a-quiet-mine';
const NAME = 'Canary McCanaryface';

/** Of the shape of a real one: asked for while the database is away. */
const CLIENT = { id: 'A'.repeat(22), secret: `hs_cs_${'a'.repeat(43)}` };

/** What must not be found anywhere, as it is learnt. */
export const canaries = {
  /** Opens something: passwords, tokens, codes, links. */
  secrets: new Set<string>([PASSWORD]),
  /** Says who somebody is. Its owner is shown it. */
  personal: new Set<string>([EMAIL, 'canary.bird', NAME]),
  /** Secrets that one answer shows their owner, on purpose. */
  shownOnce: new Set<string>(),
};
const { secrets, personal, shownOnce } = canaries;

export const learn = (cookies: Readonly<Cookies>) => {
  for (const value of Object.values(cookies)) if (value !== '') secrets.add(value);
};

/** Pages that mailed links lead to. */
const links: string[] = [];

export async function signUp(server: Target): Promise<Cookies> {
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
export async function change(server: Target, cookies: Cookies): Promise<Cookies> {
  const email = 'new.canary@canaries.test';
  personal.add(email);
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

/** An authenticator app and its recovery codes, each shown to its owner once. */
export async function protect(server: Target, cookies: Cookies): Promise<Cookies> {
  const proven = await stepUp(server, cookies, PASSWORD);
  learn(proven.cookies);
  const jar = { ...cookies, ...proven.cookies };
  const offered = await send(server, '/api/account/totp', { method: 'POST', cookies: jar });
  const { ceremony, secret } = offered.json() as { ceremony: string; secret: string };
  const json = { ceremony, code: codeOf(secret) };
  const done = await send(server, '/api/account/totp/confirm', { method: 'POST', cookies: jar, json });
  expect(done.status).toBe(200);
  const { recoveryCodes } = done.json() as { recoveryCodes: string[] };
  for (const shown of [secret, ...recoveryCodes]) {
    shownOnce.add(shown);
    secrets.add(shown);
  }
  learn(done.cookies);
  return { ...jar, ...done.cookies };
}

/** The same secrets once more, in all the places where a log might pick them up. */
export async function misuse(server: Target, cookies: Cookies): Promise<void> {
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
  await misuseTokens(server, access, refresh);
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
async function misuseTokens(server: Target, access: string, refresh: string): Promise<void> {
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
