import { once } from 'node:events';
import { connect } from 'node:net';
import type { Target } from './requests';

export type SlowSignIn = {
  /** Sends the other half. */
  finish(): void;
  /** All that came back until the connection ended. */
  readonly answer: Promise<string>;
};

/** A sign-in of somebody unknown, of which half the body has come. */
export async function beginSignIn({ port, origin = `http://localhost:${port}` }: Target): Promise<SlowSignIn> {
  const body = JSON.stringify({ email: 'nobody@example.test', password: 'seven-lanterns-cross-the-marsh' });
  const head = [
    'POST /api/auth/login HTTP/1.1',
    `Host: ${new URL(origin).host}`,
    `Origin: ${origin}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(answer)).on('error', () => resolve(answer));
  });
  await once(socket, 'connect');
  await new Promise<void>((resolve) =>
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 9)}`, () => resolve()),
  );
  return { finish: () => socket.write(body.slice(9)), answer: ended };
}
