import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from '@/tests/support/server/environment';

/** The name of the build: addresses of data begin with it. */
export const BUILD_ID = readFileSync(path.join(REPOSITORY, '.next/BUILD_ID'), 'utf8').trim();

const five = (name: string): string => Array.from({ length: 5 }, () => name).join(':');
/** CVE-2025-29927: Next passed middleware by for a request that named it. The name differs from release to release. */
const SUBREQUESTS = ['middleware', 'src/middleware', 'pages/_middleware', 'proxy', 'src/proxy'];
/** Parts of a page as the router of a browser asks for them ahead: CVE-2026-44575, CVE-2026-45109. */
const SEGMENTS = ['/_tree', '/_full', '/$c$children/__PAGE__', '/!KG1lbWJlcik/__PAGE__'];
/** The tree of a page that the browser says to have: a router sends what is missing only. */
const STATE_TREE = encodeURIComponent(JSON.stringify(['', { children: ['(member)', { children: ['__PAGE__', {}] }] }]));

type Added = (path: string) => Readonly<Record<string, string>>;

/** Headers that made a server of Next, or a proxy in front of one, take a request for another one; by what they are. */
export const TRICK_HEADERS: Readonly<Record<string, Added>> = {
  ...Object.fromEntries(
    SUBREQUESTS.map((name): [string, Added] => [
      `x-middleware-subrequest: ${name}`,
      () => ({ 'x-middleware-subrequest': five(name) }),
    ]),
  ),
  'x-middleware-subrequest: middleware once': () => ({ 'x-middleware-subrequest': 'middleware' }),
  'x-middleware-subrequest with an id': () => ({
    'x-middleware-subrequest': five('middleware'),
    'x-middleware-subrequest-id': '0'.repeat(16),
  }),
  'x-middleware-next': () => ({ 'x-middleware-next': '1' }),
  'x-middleware-skip': () => ({ 'x-middleware-skip': '1' }),
  'x-middleware-invoke': () => ({ 'x-middleware-invoke': '1', 'x-middleware-prefetch': '1' }),
  'x-middleware-rewrite': (page) => ({ 'x-middleware-rewrite': page }),
  'x-middleware-redirect': (page) => ({ 'x-middleware-redirect': page }),
  'x-middleware-override-headers': () => ({
    'x-middleware-override-headers': 'cookie,x-handstamp-user',
    'x-middleware-request-cookie': 'handstamp-access=x',
    'x-middleware-request-x-handstamp-user': 'admin',
  }),
  'x-middleware-set-cookie': () => ({ 'x-middleware-set-cookie': 'handstamp-access=x; Path=/' }),
  // CVE-2025-57822: a server that sent request headers on as its answer's let a client choose where it was led.
  'location and refresh': (page) => ({ location: `http://127.0.0.1:9${page}`, refresh: '0; url=/' }),
  'x-invoke headers': (page) => ({
    'x-invoke-path': page,
    'x-invoke-query': '%7B%7D',
    'x-invoke-output': page,
    'x-invoke-status': '200',
  }),
  'x-invoke-error': () => ({ 'x-invoke-error': '{"message":"x"}', 'x-invoke-status': '500' }),
  'x-matched-path': (page) => ({ 'x-matched-path': page, 'x-now-route-matches': '1=x' }),
  'x-nextjs-rewrite': (page) => ({ 'x-nextjs-rewritten-path': page, 'x-nextjs-rewrite': page }),
  'x-nextjs-data': () => ({ 'x-nextjs-data': '1' }),
  'x-original-url': (page) => ({ 'x-original-url': '/login', 'x-rewrite-url': page, 'x-original-uri': '/login' }),
  'x-prerender-revalidate': () => ({
    'x-prerender-revalidate': BUILD_ID,
    'x-prerender-revalidate-if-generated': '1',
  }),
  'a preview': () => ({ cookie: '__prerender_bypass=x; __next_preview_data=x' }),
  'next-resume': () => ({ 'next-resume': '1', 'x-nextjs-postponed': '1' }),
  'a client-side navigation': () => ({ rsc: '1', 'next-url': '/login' }),
  'a navigation with a tree': () => ({ rsc: '1', 'next-router-state-tree': STATE_TREE, 'next-url': '/dashboard' }),
  'a navigation of text/x-component': () => ({ rsc: '1', accept: 'text/x-component' }),
  'a hot reload': () => ({ rsc: '1', 'next-hmr-refresh': '1' }),
  'a prefetch': () => ({ rsc: '1', 'next-router-prefetch': '1', purpose: 'prefetch', 'sec-purpose': 'prefetch' }),
  'a prefetch of everything': () => ({ rsc: '1', 'next-router-prefetch': '2' }),
  ...Object.fromEntries(
    SEGMENTS.map((segment): [string, Added] => [
      `a prefetch of the segment ${segment}`,
      () => ({ rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': segment }),
    ]),
  ),
  'a server action that nobody has': () => ({ 'next-action': '0'.repeat(42) }),
  'a host and a scheme by a proxy': () => ({
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    forwarded: 'host=evil.test;proto=https',
  }),
  'a path by a proxy': (page) => ({
    'x-forwarded-uri': '/login',
    'x-forwarded-prefix': page,
    'x-envoy-original-path': '/',
  }),
  'an address of this machine': () => ({
    'x-forwarded-for': '127.0.0.1',
    'x-real-ip': '127.0.0.1',
    'x-client-ip': '::1',
  }),
  'a name by a proxy': () => ({
    'x-user-id': '1',
    'x-forwarded-user': 'admin',
    'x-remote-user': 'admin',
    'x-session': '1',
  }),
  'another method by a header': () => ({ 'x-http-method-override': 'OPTIONS', 'x-method-override': 'HEAD' }),
  'the credentials of a proxy': () => ({ authorization: 'Basic YWRtaW46YWRtaW4=' }),
  'a bearer token that is none': () => ({ authorization: 'Bearer x' }),
  'a bearer token without a signature': () => ({ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }),
  'a cookie that is dropped on the way': () => ({ connection: 'cookie, authorization' }),
  'a part of the answer': () => ({ range: 'bytes=0-100000', 'if-range': '"x"' }),
  'what is there already': () => ({ 'if-none-match': '*', 'if-modified-since': 'Thu, 01 Jan 2099 00:00:00 GMT' }),
  'a question before the body': () => ({ expect: '100-continue' }),
  'another language': () => ({ 'accept-language': 'en', cookie: 'NEXT_LOCALE=en', 'x-next-locale': 'en' }),
  // CVE-2026-44578: an upgrade was handed on to whatever address stood in it.
  'an upgrade to a websocket': () => ({
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }),
  'an upgrade to HTTP/2': () => ({
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABk',
  }),
};
