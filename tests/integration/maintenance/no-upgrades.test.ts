import { expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { exchange } from '@/tests/support/http/raw-request';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const { port } = await useServer({ databaseUrl });

/** What the middleware answers, a handler, a page, and nobody; Next leads an address of another host to a path of its own. */
const PATHS = [
  ['/api/me', 401],
  ['/api/auth/session', 401],
  ['/dashboard', 303],
  ['/login', 200],
  ['/nowhere', 404],
  ['/_next/webpack-hmr', 404],
  ['http://127.0.0.1:9/latest', 308],
] as const;

// Promise: No stranger keeps a connection open
// Next has no answer to such a request where it finds nobody for it, and keeps its connection without an end.
it.each(PATHS)(
  'a request for another protocol at %s is answered as any other, and its connection ends',
  async (target, status) => {
    for (const protocol of ['websocket', 'h2c', 'TLS/1.3']) {
      const answer = await exchange(port, {
        ...{ method: 'GET', target, version: 'HTTP/1.1', body: '' },
        headers: [
          ['Host', 'localhost:3000'],
          ['Upgrade', protocol],
          ['Connection', 'Upgrade'],
          ['Sec-WebSocket-Version', '13'],
          ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ],
      });
      expect([protocol, answer.status]).toEqual([protocol, status]);
    }
  },
);
