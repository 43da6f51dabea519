import { expect } from 'vitest';
import { MEMBER } from './accounts';
import type { TestServer } from './server/server';

export const ACCESS = 'handstamp-access';
export const REFRESH = 'handstamp-refresh';
export const PENDING = 'handstamp-pending';

/** Cookies by name. */
export type Jar = Readonly<Record<string, string>>;

export type Sent = {
  readonly method?: string;
  readonly jar?: Jar;
  readonly json?: unknown;
  readonly form?: Record<string, string>;
  /** Sent besides; `null` takes one away, such as the `origin` that is sent otherwise. */
  readonly headers?: Record<string, string | null>;
  readonly body?: string;
};

/** Sends one request to a server as a page of it would, follows no redirect, and keeps no cookie by itself. */
export function send(server: Pick<TestServer, 'port' | 'origin'>, path: string, sent: Sent = {}): Promise<Response> {
  const { jar, json, form } = sent;
  const headers = new Headers({ origin: server.origin });
  if (jar) headers.set('cookie', cookieHeader(jar));
  if (json !== undefined) headers.set('content-type', 'application/json');
  if (form) headers.set('content-type', 'application/x-www-form-urlencoded');
  for (const [name, value] of Object.entries(sent.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  const body = sent.body ?? (json !== undefined ? JSON.stringify(json) : form && String(new URLSearchParams(form)));
  const method = sent.method ?? (body === undefined ? 'GET' : 'POST');
  return fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body ? { body } : {}),
  });
}

export const post = (server: Pick<TestServer, 'port' | 'origin'>, path: string, sent: Sent = {}): Promise<Response> =>
  send(server, path, { method: 'POST', ...sent });

export const cookieHeader = (jar: Jar): string =>
  Object.entries(jar)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');

/** The cookies that an answer sets. */
export function cookiesOf(answer: Response): Record<string, string> {
  const pairs = answer.headers.getSetCookie().map((line) => {
    const [pair = ''] = line.split(';', 1);
    return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
  });
  return Object.fromEntries(pairs);
}

/** Signs in and gives the cookies of the new session. */
export async function signIn(server: TestServer, account = MEMBER, sent: Sent = {}): Promise<Record<string, string>> {
  const answer = await post(server, '/api/auth/login', { json: { ...account, remember: true }, ...sent });
  expect(answer.status).toBe(200);
  return cookiesOf(answer);
}

/** One cookie of a jar, alone. */
export const only = (jar: Jar, name: string): Jar => ({ [name]: jar[name] ?? '' });

/** The `code` of a problem, after checking that it is one and that nobody may keep it. */
export async function problemCode(answer: Response): Promise<string> {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.headers.get('cache-control')).toContain('no-store');
  const body: { code: string; status: number } = await answer.json();
  expect(body.status).toBe(answer.status);
  return body.code;
}

export const sleepSeconds = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

export type ReadMail = { readonly to: string; readonly subject: string; readonly text: string };

/** The mailbox of a server, newest first. Asked under its own name: it shows itself to no other. */
export async function mailbox(server: Pick<TestServer, 'origin'>): Promise<ReadMail[]> {
  const answer = await fetch(`${server.origin}/api/dev/mail`);
  const { messages }: { messages: ReadMail[] } = await answer.json();
  return messages;
}

/** The newest mail to `to` whose subject or text matches, once it is there. */
export async function mailTo(server: Pick<TestServer, 'origin'>, to: string, pattern: RegExp): Promise<ReadMail> {
  const find = async () =>
    (await mailbox(server)).find((mail) => mail.to === to && pattern.test(`${mail.subject}\n${mail.text}`));
  await expect.poll(find, { timeout: 5_000, interval: 50 }).toBeDefined();
  const mail = await find();
  if (mail === undefined) throw new Error('The mail went away');
  return mail;
}

/** The six digits of the newest code mail to `to`. */
export async function mailedCode(server: Pick<TestServer, 'origin'>, to: string): Promise<string> {
  const { text } = await mailTo(server, to, /\b\d{6}\b/);
  return /\b\d{6}\b/.exec(text)?.[0] ?? '';
}
