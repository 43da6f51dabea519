import type { RawRequest } from '@/tests/support/http/raw-request';
import type { ProtectedRoute } from './protected-routes';
import { SPELLINGS } from './spellings';
import { TRICK_HEADERS } from './trick-headers';

/** One way around what stands in front of a route. */
export type Variant = {
  readonly name: string;
  /** True when the target still is the route's own path, so that no answer of another page can be meant. */
  readonly isOwnPath: boolean;
  /** True when HTTP itself has no answer to it: the server may close the connection. */
  readonly mayBeUnanswered: boolean;
  /** True for a method that Next answers with a plain 500, before any code of ours (SECURITY.md, *What is not promised*). */
  readonly isNextsOwn500: boolean;
  /** `request` is the plain one for `route`, with the cookies of whoever asks. */
  readonly change: (request: RawRequest, route: ProtectedRoute) => RawRequest;
};

/** What differs from a variant that is a change of a header or a host, and nothing else. */
type Own = Partial<Omit<Variant, 'name' | 'change'>>;

const variant = (name: string, change: Variant['change'], own: Own = {}): Variant => ({
  ...{ name, isOwnPath: true, mayBeUnanswered: false, isNextsOwn500: false, change },
  ...own,
});

const isHost = ([name]: readonly [string, string]) => name === 'Host';
const withHost = (request: RawRequest, ...hosts: string[]): RawRequest => ({
  ...request,
  headers: [
    ...hosts.map((host): [string, string] => ['Host', host]),
    ...request.headers.filter((header) => !isHost(header)),
  ],
});

const headers = Object.entries(TRICK_HEADERS).map(([name, added]) =>
  variant(name, (request, route) => {
    const more = Object.entries(added(route.path)).map(([header, value]) => [header, value] as const);
    return { ...request, headers: [...request.headers, ...more] };
  }),
);

const spellings = Object.entries(SPELLINGS).map(([name, spell]) =>
  variant(`spelt ${name}`, (request, { path }) => ({ ...request, target: spell(path) }), { isOwnPath: false }),
);

/** RFC 9112 §3.2.2: a server has to take it, and to go by it instead of by `Host`. */
const absoluteForms = [
  ...['http://localhost:3000', 'https://localhost:3000', 'http://evil.test', 'HTTP://LOCALHOST:3000'],
  ...['http://user:password@localhost:3000', 'http://', 'http:', 'http:/', 'ftp://localhost:3000', '//evil.test'],
].map((origin) =>
  variant(`to ${origin} in absolute form`, (request, { path }) => ({ ...request, target: `${origin}${path}` }), {
    isOwnPath: false,
    mayBeUnanswered: true,
  }),
);

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY', 'PURGE', 'SEARCH'];
const methods = [...METHODS, 'get', 'Get', 'post', 'TRACE', 'CONNECT', 'NONSENSE', 'GET\t'].map((method) =>
  variant(`by ${JSON.stringify(method)}`, (request) => ({ ...request, method }), {
    // A handler says of a path which methods it has (OPTIONS), to everybody.
    isOwnPath: method !== 'OPTIONS',
    mayBeUnanswered: method === 'CONNECT',
    isNextsOwn500: method === 'TRACE',
  }),
);

const HOSTS = [
  '',
  'evil.test',
  'localhost',
  '127.0.0.1',
  'LOCALHOST:3000',
  'localhost:3000.',
  'localhost:3000@evil.test',
];
const MORE_HOSTS = [
  '[::1]:3000',
  'localhost:3000, evil.test',
  'localhost:0',
  'localhost:99999',
  '%6cocalhost:3000',
  '/',
];
const hosts = [
  ...[...HOSTS, ...MORE_HOSTS].map((host) =>
    variant(`for the host ${JSON.stringify(host)}`, (request) => withHost(request, host)),
  ),
  variant('for the host of another path', (request) => withHost(request, 'localhost:3000/login')),
  variant('for two hosts', (request) => withHost(request, 'localhost:3000', 'evil.test')),
  variant('for no host', (request) => withHost(request)),
  variant('by HTTP/1.0 for no host', (request) => ({ ...withHost(request), version: 'HTTP/1.0' })),
  variant('by HTTP/1.0', (request) => ({ ...request, version: 'HTTP/1.0' })),
];

/** Every variant, the plain request first. */
export const VARIANTS: readonly Variant[] = [
  variant('no trick', (request) => request),
  ...[headers, spellings, absoluteForms, methods, hosts].flat(),
];
