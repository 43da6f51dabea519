import { afterAll } from 'vitest';
import { SITE } from '@/tests/support/http/requests';
import { type ServerOptions, startServer, type TestServer } from './server';

/**
 * Starts a server for this test file, as one instance of `SITE`, and ends it when the file is done. Call it at the top of
 * the file, after `useDatabase`: hooks run last in, first out.
 */
export async function useServer({ databaseUrl, env, port }: ServerOptions): Promise<TestServer> {
  const server = await startServer({
    databaseUrl,
    env: { APP_ORIGIN: SITE, ...env },
    ...(port === undefined ? {} : { port }),
  });
  // A polite end takes most of a second, in which nobody asks anything any more: what it promises has tests of its own.
  afterAll(() => server.kill());
  return server;
}

/** Everything that a server prints from now on, whole. */
export function recordOutput(server: TestServer): () => string {
  let output = '';
  for (const stream of [server.process.stdout, server.process.stderr]) {
    stream?.on('data', (chunk: string) => {
      output += chunk;
    });
  }
  return () => output;
}
