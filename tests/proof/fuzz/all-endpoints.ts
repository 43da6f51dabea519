import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { REPOSITORY } from '@/tests/support/server/environment';

/** What can be asked of a server: `GET /api/me`, `POST /account`. */
export type Endpoint = { readonly method: string; readonly path: string };

const APP = path.join(REPOSITORY, 'app');
const sources = readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .sort();

/** Every handler that a route file names, in the words of its wrapper; dynamic segments as they are spelt there. */
export function everyHandler(): Endpoint[] {
  return sources
    .filter((file) => path.posix.basename(file) === 'route.ts')
    .flatMap((file) => [
      ...readFileSync(path.join(APP, file), 'utf8').matchAll(/\w+Route(?:<[^>]*>)?\(\s*'([A-Z]+) (\/[^']*)'/g),
    ])
    .map(([, method = '', address = '']) => ({ method, path: address }));
}

/** Every page, each to be looked at and to be posted to: a form of a page goes to the page itself. */
export function everyPage(): Endpoint[] {
  return sources
    .filter((file) => path.posix.basename(file) === 'page.tsx')
    .map((file) =>
      path.posix
        .dirname(file)
        .split('/')
        .filter((segment) => !segment.startsWith('(') && segment !== '.'),
    )
    .map((segments) => `/${segments.join('/')}`)
    .flatMap((address) => ['GET', 'POST'].map((method) => ({ method, path: address })));
}

const manifestSchema = z.object({ node: z.record(z.string(), z.unknown()) });

/** The ids of all server actions of the build. */
export function everyAction(): string[] {
  const file = path.join(REPOSITORY, '.next/server/server-reference-manifest.json');
  return Object.keys(manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).node).sort();
}
