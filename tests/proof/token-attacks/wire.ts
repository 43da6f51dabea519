import http from 'node:http';
import { freshConnections } from '@/tests/support/http/requests';

const TIMEOUT_MS = 60_000;

export type Sent = {
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** An answer as far as it may depend on who asks: without what depends on the moment and the connection. */
export type Got = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: string };

/** Sends one request, and follows nothing. */
export function ask({ port, path, method = 'GET', headers, body }: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: freshConnections.plain,
      headers: { ...headers, ...length },
    };
    const call = http.request({ ...options, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`${method} ${path} is not answered`)));
    call.on('error', reject);
    call.end(body);
  });
}

/** Depend on the moment or on the connection, and on no token. */
const OF_THE_MOMENT = ['date', 'connection', 'keep-alive'];

/** Everything of an answer that a caller could tell two refusals apart by, as one text; with its body or without. */
export function fingerprint({ status, headers, body }: Got, hasBody = true): string {
  const lines = Object.entries(headers)
    .filter(([name]) => !OF_THE_MOMENT.includes(name))
    .map(([name, value]) => `${name}: ${name === 'vary' ? inOrder(String(value)) : String(value)}`)
    .sort();
  // The nonce of a policy is random in every answer.
  return [String(status), ...lines, '', ...(hasBody ? [body] : [])].join('\n').replaceAll(/'nonce-[^']+'/g, "'nonce-'");
}

/** A list whose order says nothing (RFC 9110 §12.5.5). */
const inOrder = (list: string): string => list.split(/, */).sort().join(', ');

/** What can stand in a header field, with nothing at its ends that a parser would cut off (RFC 9110 §5.5). */
const FIELD = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/;

/** The bytes of a token as Node writes them into a header. What no header can hold is sent with its escapes instead. */
function onTheWire(token: string, isCookie: boolean): string {
  const bytes = Buffer.from(token, 'utf8').toString('latin1');
  if (token === '' || (FIELD.test(bytes) && !(isCookie && bytes.includes(';')))) return bytes;
  return encodeURIComponent(token);
}

export const inCookie = (name: string, token: string) => ({ cookie: `${name}=${onTheWire(token, true)}` });
export const asBearer = (token: string) => ({ authorization: `Bearer ${onTheWire(token, false)}` });

/** False for what is no Bearer credential at all, as two words are (RFC 6750 §2.1): it is a 400, and no token is read. */
export const isBearer = (token: string): boolean => /^Bearer +\S+ *$/i.test(asBearer(token).authorization);

/** Longer heads are refused by Node itself, before anybody reads a token (431). */
export const fitsHeader = (token: string): boolean => Buffer.byteLength(token) < 13_000;
