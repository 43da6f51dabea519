import http from 'node:http';
import https from 'node:https';
import { parseSetCookie } from '@/lib/core/http/cookies';

/** APP_ORIGIN of every server of the HTTP tests, on whatever ports they listen: several stand for one site. */
export const SITE = 'http://localhost:3000';

/**
 * Agents that give each request a connection of its own, ended by us once the answer is read: a connection that is used
 * again may be closed by the server at that very moment, and one that the server closes may take its answer to a large
 * body with it. Over TLS no certificate is checked.
 */
export const freshConnections = {
  plain: Object.assign(new http.Agent({ keepAlive: true }), { keepSocketAlive: () => false }),
  tls: Object.assign(new https.Agent({ keepAlive: true, rejectUnauthorized: false }), { keepSocketAlive: () => false }),
};

export type Target = {
  readonly port: number;
  /** The site that the request is for, in `Host` and `Origin`. Default: `SITE`. */
  readonly origin?: string;
  /** Default: plain http. With TLS, no certificate is checked. */
  readonly isTls?: boolean;
};

/** The server that listens where its origin says. */
export const targetAt = (origin: string): Target => ({ origin, port: Number(new URL(origin).port) });

export type RequestOptions = {
  readonly method?: string;
  /** Besides the defaults, or instead of them; null leaves a default out, a list sends one line for each. */
  readonly headers?: Readonly<Record<string, string | string[] | null>>;
  /** Sent as the `Cookie` header. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a urlencoded form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is, without a content type of its own. */
  readonly body?: string | Buffer;
  /** In chunks, without a `Content-Length`. */
  readonly isChunked?: boolean;
};

export type Answer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Raw `Set-Cookie` lines. */
  readonly setCookieLines: readonly string[];
  /** What they set; '' where they delete. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: () => unknown;
};

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const TIMEOUT_MS = 20_000;

type AnswerWatcher = (path: string, answer: Answer) => void;
const watchers = new Set<AnswerWatcher>();

/**
 * Shows every answer that this process gets from now on.
 *
 * @returns Ends it.
 */
export function watchAnswers(watcher: AnswerWatcher): () => void {
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
  };
}

/**
 * Sends one request as a browser on the site would: `Host` and, with unsafe methods, `Origin` are the site's. Built on
 * `node:http`, because tests set headers that `fetch` forbids. Follows no redirect and keeps no cookie.
 */
export async function send(target: Target, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', isChunked = false } = options;
  const body = bodyOf(options);
  const headers = headersOf(options, target.origin ?? SITE, method, isChunked ? undefined : body);
  const { request } = target.isTls ? https : http;
  const agent = target.isTls ? freshConnections.tls : freshConnections.plain;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const call = request({ host: '127.0.0.1', port: target.port, path, method, headers, agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = answerOf(response, Buffer.concat(chunks).toString('utf8'));
        for (const watcher of watchers) watcher(path, answer);
        resolve(answer);
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

function bodyOf({ json, form, body }: RequestOptions): string | Buffer | undefined {
  if (json !== undefined) return JSON.stringify(json);
  return form ? new URLSearchParams(form).toString() : body;
}

function headersOf(
  { headers = {}, cookies, json, form }: RequestOptions,
  site: string,
  method: string,
  body: string | Buffer | undefined,
): Record<string, string | string[]> {
  const all: Record<string, string | string[] | null> = { host: new URL(site).host };
  if (!SAFE_METHODS.includes(method)) all['origin'] = site;
  if (json !== undefined) all['content-type'] = 'application/json';
  if (form !== undefined) all['content-type'] = 'application/x-www-form-urlencoded';
  if (cookies) all['cookie'] = cookieHeader(cookies);
  if (body !== undefined) all['content-length'] = String(Buffer.byteLength(body));
  Object.assign(all, headers);
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]): [string, string | string[]][] =>
      value === null ? [] : [[name, value]],
    ),
  );
}

export const cookieHeader = (cookies: Readonly<Record<string, string>>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');

function answerOf(response: http.IncomingMessage, text: string): Answer {
  const setCookieLines = response.headers['set-cookie'] ?? [];
  const pairs = setCookieLines.map(parseSetCookie).filter((pair) => pair !== null);
  const { statusCode = 0, headers } = response;
  const cookies = Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
  return { status: statusCode, headers, setCookieLines, cookies, text, json: () => JSON.parse(text) as unknown };
}

/** `count` times `work`, all at once. */
export const atOnce = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** `count` times `work`, at most `width` at a time: as many connections as browsers would hold. */
export async function inTurns<T>(count: number, width: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  await atOnce(width, async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  });
  return results;
}
