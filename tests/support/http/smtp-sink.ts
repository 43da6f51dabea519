import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type ReceivedMail = { readonly recipients: readonly string[]; readonly source: string };

export type SmtpSink = {
  readonly port: number;
  /** For `SMTP_URL`. */
  readonly url: string;
  /** What was taken so far. */
  readonly received: readonly ReceivedMail[];
  /** Mails that are being handed over at this moment, and the most that there were at once. */
  readonly atOnce: { now: number; most: number };
  /** What is answered to a recipient from now on; null: it is taken. A number is the code of a refusal. */
  refuse(refusal: Error | number | null): void;
  /** Takes a mail only when this has resolved. */
  hold(until: Promise<void>): void;
  forget(): void;
  /** As a server that is down. */
  stop(): Promise<void>;
};

/** A mail server on this machine that keeps what it takes. */
export async function startSmtpSink(onPort = 0): Promise<SmtpSink> {
  const received: ReceivedMail[] = [];
  const atOnce = { now: 0, most: 0 };
  let refusal: Error | null = null;
  let held = Promise.resolve();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, callback) => callback(refusal),
    onData(stream, session, callback) {
      let source = '';
      atOnce.now += 1;
      atOnce.most = Math.max(atOnce.most, atOnce.now);
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        source += chunk;
      });
      stream.on('end', async () => {
        await held;
        atOnce.now -= 1;
        received.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), source });
        callback();
      });
    },
  });
  // A client that leaves in the middle is no fault of the sink.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    received,
    atOnce,
    refuse(next) {
      refusal = typeof next === 'number' ? Object.assign(new Error('not now'), { responseCode: next }) : next;
    },
    hold(until) {
      held = until;
    },
    forget() {
      received.length = 0;
      atOnce.most = 0;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A mail server that takes connections and answers each with what `speak` writes; it understands nothing. */
export async function startRudeServer(onPort: number, speak: (socket: Socket) => void): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    speak(socket);
  });
  await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', () => resolve()));
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
}

/** The subject of a mail as it came. */
export const subjectOf = ({ source }: ReceivedMail): string => /^Subject: (.*)\r$/m.exec(source)?.[1] ?? '';
