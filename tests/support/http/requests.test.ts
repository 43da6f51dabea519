import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from './requests';

/** Of each connection, in order: whether the other side had ended it when it closed. */
const ended: boolean[] = [];
const server = createServer((_request, response) => response.end(String(ended.length)));

beforeAll(async () => {
  server.on('connection', (socket: Socket) => {
    const index = ended.push(false) - 1;
    socket.on('end', () => {
      ended[index] = true;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('each request of these tests has a connection of its own, which we end and not the server', async () => {
  const { port } = server.address() as AddressInfo;
  const used: string[] = [];
  for (let count = 0; count < 3; count += 1) used.push((await send({ port }, '/')).text);
  expect(used).toEqual(['1', '2', '3']);
  await expect.poll(() => ended).toEqual([true, true, true]);
});
