import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll } from 'vitest';
import { SITE } from '@/tests/support/http/requests';
import { REPOSITORY } from '@/tests/support/server/environment';
import { startServer, type TestServer } from '@/tests/support/server/server';

const MANIFEST = '.next/server/middleware-manifest.json';

/**
 * Starts the build as if it had no middleware, for this test file: a copy of it whose manifest names none. What refuses a
 * request there is the guard of the page, handler or action itself.
 *
 * @param origin Its APP_ORIGIN.
 */
export async function useServerWithoutMiddleware(databaseUrl: string, origin = SITE): Promise<TestServer> {
  // Below the repository, so that packages are found.
  const folder = path.join(REPOSITORY, '.data/copies', `guards-alone-${process.pid}`);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'next.config.js']) {
    await cp(path.join(REPOSITORY, file), path.join(folder, file));
  }
  await cp(path.join(REPOSITORY, '.next'), path.join(folder, '.next'), {
    recursive: true,
    filter: (source) => !/[\\/]\.next[\\/](?:cache|trace|types)/.test(source.slice(REPOSITORY.length)),
  });
  const manifest: { middleware: object } = JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8'));
  if (Object.keys(manifest.middleware).length === 0) throw new Error('The build has no middleware to take away');
  await writeFile(path.join(folder, MANIFEST), JSON.stringify({ ...manifest, middleware: {}, sortedMiddleware: [] }));
  const server = await startServer({ databaseUrl, folder, env: { APP_ORIGIN: origin } });
  afterAll(() => server.kill());
  return server;
}
