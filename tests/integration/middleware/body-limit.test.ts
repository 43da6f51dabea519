import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '@/lib/core/policy';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type RequestOptions, SITE, send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { recordOutput, useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const output = recordOutput(server);
const { cookies } = await prepareSession();

const KILOBYTE = 1_024;
const body = (bytes: number, more: RequestOptions = {}): RequestOptions => ({
  method: 'POST',
  cookies,
  body: Buffer.alloc(bytes, 'a'),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  ...more,
});
const isChunked = true;

describe('a body that is larger than any form of ours', () => {
  it.each(['/account', '/dashboard', '/', '/login'])(
    'to %s is a 413, whether it says its length or not',
    async (path) => {
      for (const bytes of [MAX_BODY_BYTES + 1, 300 * KILOBYTE, 320 * KILOBYTE + 1, 1_200 * KILOBYTE]) {
        expect(problemOf(await send(server, path, body(bytes)))).toBe('413 payload_too_large');
        expect(problemOf(await send(server, path, body(bytes, { isChunked })))).toBe('413 payload_too_large');
      }
    },
  );

  it.each(['/api/auth/refresh', '/api/nothing'])(
    'to %s, which stands by itself, is read no further than its own limit',
    async (path) => {
      for (const bytes of [MAX_BODY_BYTES + 1, 1_200 * KILOBYTE]) {
        for (const more of [{}, { isChunked }]) {
          const answer = await send(server, path, body(bytes, more));
          expect(problemOf(answer)).toBe('413 payload_too_large');
        }
      }
    },
  );

  it('is a 413 as a server action too, and not a plain 500', async () => {
    const headers = { 'next-action': '0'.repeat(42), 'content-type': 'text/plain;charset=UTF-8' };
    expect(problemOf(await send(server, '/account', body(1_200 * KILOBYTE, { headers })))).toBe(
      '413 payload_too_large',
    );
  });

  it('is no reason to refresh or to read a session: strangers are told the same', async () => {
    expect(problemOf(await send(server, '/account', body(1_200 * KILOBYTE, { cookies: {} })))).toBe(
      '413 payload_too_large',
    );
  });
});

describe('a body of the largest size', () => {
  it.each([{}, { isChunked }])('reaches the handler, and Next cuts nothing off: %j', async (more) => {
    for (const bytes of [1, 64 * KILOBYTE, MAX_BODY_BYTES - 1, MAX_BODY_BYTES]) {
      expect(problemOf(await send(server, '/api/cron/clean', body(bytes, more)))).toBe('405 method_not_allowed');
    }
    // Next says so for each path, a moment later.
    await expect.poll(output).toContain('exceeded 320KB for /account');
    expect(output()).not.toContain('for /api/cron/clean');
  });
});

/** In kilobytes; of the whole server, which is one process. */
const residentKilobytes = (): number => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.process.pid)]));

async function unfinishedPost(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = [
    'POST /dashboard HTTP/1.1',
    `Host: ${new URL(SITE).host}`,
    `Origin: ${SITE}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${9 * KILOBYTE * KILOBYTE + 1}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const piece = Buffer.alloc(KILOBYTE * KILOBYTE, 'a');
  for (let sent = 0; sent < 9; sent += 1) {
    const isTaken = new Promise((resolve) => socket.write(piece, resolve));
    await Promise.race([isTaken, once(socket, 'close')]);
  }
  return socket;
}

// Promise: Forty unfinished uploads of 9 MB
it('forty unfinished POSTs of 9 MB without a cookie cost less than 80 MB', async () => {
  for (let warmUp = 0; warmUp < 5; warmUp += 1) await send(server, '/dashboard', { cookies });
  const before = residentKilobytes();
  const sockets = await Promise.all(Array.from({ length: 40 }, unfinishedPost));
  try {
    let highest = before;
    for (let look = 0; look < 10; look += 1) {
      highest = Math.max(highest, residentKilobytes());
      await send(server, '/dashboard', { cookies });
    }
    expect(highest - before).toBeLessThan(80 * KILOBYTE);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  expect((await send(server, '/dashboard', { cookies })).status).toBe(200);
});
