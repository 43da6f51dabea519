import net from 'node:net';

/** A request as it stands on the wire: nothing is completed, escaped or put right on its way to the server. */
export type RawRequest = {
  readonly method: string;
  /** What stands between the method and the version (RFC 9112 §3.2): as a rule a path. */
  readonly target: string;
  /** `HTTP/1.1`, or another one. */
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

export type RawAnswer = {
  /** 0 when the server closed the connection without an answer. */
  readonly status: number;
  /** The head as it came, with the names of the headers in lower case. */
  readonly head: string;
  readonly body: string;
};

const TIMEOUT_MS = 60_000;

/** Sends one request on a connection of its own, and reads until the server closes it. Rejects after a minute, which a busy machine holds. */
export function exchange(port: number, request: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(new Error(`No answer to ${wireOf(request)}`)), TIMEOUT_MS);
    let failure: Error | null = null;
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may reset a connection that it has no answer for.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') failure = error;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      if (failure === null) resolve(answerOf(Buffer.concat(chunks).toString('latin1')));
      else reject(failure);
    });
    socket.write(wireOf(request), 'latin1');
  });
}

/** With `Connection: close`, so that the end of the connection is the end of the answer. */
export function wireOf({ method, target, version, headers, body }: RawRequest): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} ${version}\r\n${lines.join('')}Connection: close\r\n\r\n${body}`;
}

/** The final answer: what only announces one (100, RFC 9110 §15.2) is passed over. */
function answerOf(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0);
  if (end < 0) return { status, head: text, body: '' };
  if (status >= 100 && status < 200 && status !== 101) return answerOf(text.slice(end + 4));
  const head = text.slice(0, end).replace(/^[^:\r\n]+:/gm, (name) => name.toLowerCase());
  const rest = text.slice(end + 4);
  const isChunked = /^transfer-encoding: *chunked/m.test(head);
  return { status, head, body: Buffer.from(isChunked ? joinChunks(rest) : rest, 'latin1').toString('utf8') };
}

/** The content of a body in chunks (RFC 9112 §7.1): a text that two chunks share is whole again. */
function joinChunks(text: string): string {
  let joined = '';
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (end < 0 || !(size > 0)) break;
    joined += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
  return joined;
}
