import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { cookieHeader } from './requests';

/** Status 0: there was no answer, and `text` says why. */
export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };
export type Asking = {
  method?: string;
  cookies?: Readonly<Record<string, string>>;
  headers?: Record<string, string>;
  body?: string;
};

/** A client of the site at `origin`, behind a proxy at `port`. `client` is its number, from 0 to 253. */
export type From = { readonly port: number; readonly origin: string; readonly client: number; readonly agent: Agent };

/** Sends a request from a loopback address that is this client's alone, as limits count them. Never rejects. */
export function sendFrom({ port, origin, client, agent }: From, path: string, asking: Asking): Promise<Answer> {
  const { method = 'GET', cookies = {}, body } = asking;
  const headers: Record<string, string> = { host: new URL(origin).host, ...asking.headers };
  if (method !== 'GET') headers['origin'] = origin;
  if (Object.keys(cookies).length > 0) headers['cookie'] = cookieHeader(cookies);
  headers['content-length'] = String(Buffer.byteLength(body ?? ''));
  const localAddress = `127.0.1.${client + 1}`;
  return new Promise((resolve) => {
    const lost = (error: Error) => resolve({ status: 0, headers: {}, text: error.message });
    const signal = AbortSignal.timeout(30_000);
    const call = request({ host: '127.0.0.1', port, path, method, headers, agent, localAddress, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', lost);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    call.on('error', lost).end(body);
  });
}
