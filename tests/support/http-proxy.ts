import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpProxy = {
  readonly origin: string;
  /** Paths for which this is true get 503 instead of an answer. */
  block(isBlocked: (path: string) => boolean): void;
  /** Requests that came, as `METHOD path`. */
  readonly seen: readonly string[];
  stop(): Promise<void>;
};

/** An HTTP proxy on loopback in front of `targetPort`, to take some of its answers away. */
export async function startHttpProxy(targetPort: () => number): Promise<HttpProxy> {
  let isBlocked: (path: string) => boolean = () => false;
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    seen.push(`${incoming.method} ${path}`);
    if (isBlocked(path)) {
      outgoing.writeHead(503).end();
      return;
    }
    const { method, headers } = incoming;
    const forwarded = request({ host: '127.0.0.1', port: targetPort(), path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    block: (condition) => {
      isBlocked = condition;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
