import { connect, createServer, type Socket } from 'node:net';

/** A database connection string whose database can be taken away and given back while a server uses it. */
export type SwitchedDatabase = {
  readonly databaseUrl: string;
  /** Cuts every connection and refuses new ones. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
};

/** Puts a TCP relay of our own in front of a real PostgreSQL. */
export async function switchDatabase(databaseUrl: string): Promise<SwitchedDatabase> {
  const target = new URL(databaseUrl);
  const open = new Set<Socket>();
  let isCut = false;
  const relay = createServer((incoming) => {
    const outgoing = connect(Number(target.port || 5432), target.hostname);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (isCut) incoming.destroy();
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const relayed = new URL(databaseUrl);
  relayed.hostname = '127.0.0.1';
  relayed.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const destroyAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    databaseUrl: relayed.href,
    cut: () => {
      isCut = true;
      destroyAll();
    },
    restore: () => {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        relay.close(() => resolve());
        destroyAll();
      }),
  };
}
