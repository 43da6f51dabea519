import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { freshConnections } from '@/tests/support/http/requests';

/**
 * What a proxy does with a request: hand it on, end the connection, say nothing until the caller leaves, or answer with a
 * status of its own.
 */
export type Verdict = 'pass' | 'cut' | 'hang' | { readonly status: number };

export type HttpProxy = {
  readonly origin: string;
  readonly port: number;
  /** `METHOD path` of every request so far. */
  readonly seen: readonly string[];
  /** Rules from now on, by path and headers. */
  judge(rule: (path: string, headers: IncomingHttpHeaders) => Verdict): void;
  close(): Promise<void>;
};

/** A plain http proxy in front of a server on this machine. `headers` are put on what is handed on. */
export async function startHttpProxy(
  targetPort: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpProxy> {
  let rule: (path: string, headers: IncomingHttpHeaders) => Verdict = () => 'pass';
  const seen: string[] = [];
  const server = createHttpServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    seen.push(`${incoming.method} ${path}`);
    const verdict = rule(path, incoming.headers);
    if (verdict === 'pass') forward(incoming, outgoing, targetPort, headers);
    else if (verdict === 'cut') incoming.socket.destroy();
    else if (verdict !== 'hang') outgoing.writeHead(verdict.status).end();
  });
  const { port, close } = await listen(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    judge(next) {
      rule = next;
    },
    close,
  };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number, headers: Record<string, string>) {
  const { method, url } = incoming;
  const agent = freshConnections.plain;
  const sent = { ...incoming.headers, ...headers };
  const call = request({ host: '127.0.0.1', port, method, path: url, headers: sent, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  call.on('error', () => outgoing.destroy());
  incoming.pipe(call);
}

export type DatabaseProxy = {
  /** The address of the same database, behind the proxy. */
  readonly databaseUrl: string;
  /** Ends all connections and refuses new ones, as a server that is down. */
  cut(): void;
  /** Hands nothing on any more, in either direction, and closes nothing: a network that swallows packets. */
  freeze(): void;
  /** Works again, for new connections. */
  restore(): void;
  close(): Promise<void>;
};

/** A TCP proxy in front of PostgreSQL: takes a database away from a server, and gives it back. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const { hostname: host, port: targetPort } = new URL(databaseUrl);
  const target = { host, port: Number(targetPort || 5432) };
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createTcpServer((near) => {
    near.on('error', () => near.destroy());
    if (state === 'cut') near.destroy();
    if (state !== 'open') return;
    const far = connect(target);
    const pair = [near, far] as const;
    pairs.add(pair);
    near.pipe(far).pipe(near);
    far.on('error', () => near.destroy());
    near.on('close', () => {
      far.destroy();
      pairs.delete(pair);
    });
  });
  const { port, close } = await listen(server);
  const proxied = new URL(databaseUrl);
  proxied.host = `127.0.0.1:${port}`;
  return {
    databaseUrl: proxied.href,
    cut() {
      state = 'cut';
      for (const [near] of pairs) near.destroy();
    },
    freeze() {
      state = 'frozen';
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    restore() {
      state = 'open';
    },
    close,
  };
}

export type Listener = { readonly port: number; readonly connections: () => number; close(): Promise<void> };

/** Counts connections, and ends each without an answer. */
export async function startListener(): Promise<Listener> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  const { port, close } = await listen(server);
  return { port, connections: () => connections, close };
}

/** Listens on a free port of this machine; `close` also ends what is connected. */
async function listen(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return { port, close };
}
