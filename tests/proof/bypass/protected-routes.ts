import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { accessOf } from '@/lib/core/http/route-policy';
import { REPOSITORY } from '@/tests/support/server/environment';

/** What only somebody who is signed in may ask for. */
export type ProtectedRoute = {
  readonly kind: 'page' | 'endpoint';
  readonly method: string;
  readonly path: string;
  /** True: an admin alone. */
  readonly isAdmins: boolean;
};

/** What stands for the dynamic segments of a path: an id below each folder that has some. */
export type Ids = { readonly users: string; readonly sessions: string; readonly passkeys: string };

const APP = path.join(REPOSITORY, 'app');
const PAGE_ASKS = /\brequire(?:User|Admin)\w*\(/;
const ENDPOINT_ASKS = /= (session|person|change|admin|adminChange)Route(?:<[^>]*>)?\(\s*'([A-Z]+) (\/[^']*)'/g;

const sources = readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /(?:^|\/)(?:page\.tsx|route\.ts)$/.test(file))
  .sort()
  .map((file) => ({ file, text: readFileSync(path.join(APP, file), 'utf8') }));

/** The address of a file's folder; groups are no part of it. */
const addressOf = (file: string): string =>
  `/${path.posix
    .dirname(file)
    .split('/')
    .filter((segment) => !segment.startsWith('('))
    .join('/')}`;

/**
 * Every page and every endpoint of the app tree that asks who is there, or of which the table of paths says so. None is
 * named by hand: a new one is in it without a word here.
 */
export function protectedRoutes(ids: Ids): ProtectedRoute[] {
  const pages = sources.flatMap(({ file, text }): ProtectedRoute[] => {
    const [address, access] = [addressOf(file), accessOf(addressOf(file))];
    if (!file.endsWith('page.tsx') || !(PAGE_ASKS.test(text) || access === 'member' || access === 'admin')) return [];
    return [{ kind: 'page', method: 'GET', path: filled(address, ids), isAdmins: access === 'admin' }];
  });
  const endpoints = sources.flatMap(({ text }) =>
    [...text.matchAll(ENDPOINT_ASKS)].map(
      ([, wrapper = '', method = '', address = '']): ProtectedRoute => ({
        kind: 'endpoint',
        method,
        path: filled(address, ids),
        isAdmins: wrapper.startsWith('admin'),
      }),
    ),
  );
  return [...pages, ...endpoints];
}

const filled = (address: string, { users, sessions, passkeys }: Ids): string =>
  address
    .replace('/users/[id]', `/users/${users}`)
    .replace('/sessions/[id]', `/sessions/${sessions}`)
    .replace('/passkeys/[id]', `/passkeys/${passkeys}`)
    .replace('[...nothing]', 'no/such-page');
