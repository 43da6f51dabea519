import { BUILD_ID } from './trick-headers';

const escaped = (text: string): string =>
  [...text].map((letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
const afterSlash = (page: string): string => page.slice(1);
const withLast = (page: string, change: (letter: string) => string): string =>
  page.slice(0, -1) + change(page.slice(-1));

type Spelling = (page: string) => string;

/** Endings of what the router of a browser asks for instead of a page, and of files that a build may have made of one. */
const ENDINGS = ['.rsc', '.prefetch.rsc', '.json', '.html', '.body', '.meta', '.action'];
/** CVE-2026-44575, CVE-2026-45109: addresses of parts of a page, which the pattern of the middleware did not match. */
const SEGMENTS = ['_tree', '_full', '$c$children/__PAGE__', '!KG1lbWJlcik/__PAGE__', '!KGFkbWluKQ'];
/** CVE-2026-44574 and CVE-2024-51479: a page was given what stands here in place of what the middleware had seen. */
const QUERIES = ['_rsc=1', 'nxtPid=x', 'nxtIid=x', 'nxtPnothing=..%2Faccount', '__flight__=1', '__nextLocale=en'];
const MORE_QUERIES = ['__nextDataReq=1', '__nextNotFoundSrcPage=%2Flogin', '%'];
/** Places that the middleware leaves alone, or lets everybody into. */
const OPEN = ['/login', '/api/auth', '/_next/static', '/icon.svg', '/status-lists', '/en', '/(member)'];
/** What a server may drop, turn around or take for a slash or an end. */
const TAILS = ['/', '//', '/.', '/%2e', '.', '..', '%00', '%20', '%0d%0aX: y', '%2f', '%5c', '%23', '%3f', '%', '%ff'];
const MORE_TAILS = [';x=y', '/.css', '/index', '/__PAGE__', '%c0%af', '%ef%bc%8f', '%252f'];

/** The same page as a router may read it, and a table of paths may not. By what is done to its path. */
export const SPELLINGS: Readonly<Record<string, Spelling>> = {
  'with two slashes': (page) => `/${page}`,
  'with three slashes': (page) => `//${page}`,
  'with two slashes inside': (page) => page.replace(/\/(?=[^/]*$)/, '//'),
  'behind a dot': (page) => `/.${page}`,
  'behind an escaped dot': (page) => `/%2e${page}`,
  'behind a name and two dots': (page) => `/x/..${page}`,
  'with its first letter escaped': (page) => `/${escaped(page.charAt(1))}${page.slice(2)}`,
  'with its last letter escaped': (page) => withLast(page, escaped),
  'with its last letter escaped twice': (page) => withLast(page, (letter) => escaped(letter).replace('%', '%25')),
  'with all letters escaped': (page) => page.replace(/[^/]/g, escaped),
  'with all of it escaped': (page) => `/${escaped(afterSlash(page))}`,
  'with its slashes escaped': (page) => `/${afterSlash(page).replaceAll('/', '%2f')}`,
  'with its slashes escaped twice': (page) => `/${afterSlash(page).replaceAll('/', '%252f')}`,
  'in capitals': (page) => page.toUpperCase(),
  'with one capital': (page) => page.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  'with a letter of another width': (page) => page.replace(/[a-z]/, '%ef%bd%81'),
  'with backslashes': (page) => page.replaceAll('/', '\\'),
  'with a backslash in front': (page) => `/\\${afterSlash(page)}`,
  'without its slash': afterSlash,
  'behind two hundred dots': (page) => `${'/.'.repeat(200)}${page}`,
  'with a fragment': (page) => `${page}#/login`,
  'as a fragment': (page) => `/login#${page}`,
  'as a query': (page) => `/login?${page}`,
  ...Object.fromEntries(ENDINGS.map((ending): [string, Spelling] => [`with ${ending}`, (page) => page + ending])),
  ...Object.fromEntries(
    SEGMENTS.map((segment): [string, Spelling] => [
      `as the segment ${segment}`,
      (page) => `${page}.segments/${segment}.segment.rsc`,
    ]),
  ),
  // CVE-2026-44573, GHSA-6gpp-xcg3-4w24: with and without a language, with and without the name of the build.
  'as data of this build': (page) => `/_next/data/${BUILD_ID}${page}.json`,
  'as data of this build in a language': (page) => `/_next/data/${BUILD_ID}/en${page}.json`,
  'as data of another build': (page) => `/_next/data/x${page}.json`,
  'as data of no build': (page) => `/_next/data${page}.json`,
  'as data with its slash escaped': (page) => `/_next/data/${BUILD_ID}/${afterSlash(page).replaceAll('/', '%2f')}.json`,
  ...Object.fromEntries(
    [...QUERIES, ...MORE_QUERIES].map((query): [string, Spelling] => [`with ?${query}`, (page) => `${page}?${query}`]),
  ),
  ...Object.fromEntries(
    [...TAILS, ...MORE_TAILS].map((tail): [string, Spelling] => [`before ${tail}`, (page) => page + tail]),
  ),
  ...Object.fromEntries(
    OPEN.flatMap((open): [string, Spelling][] => [
      [`below ${open}`, (page) => open + page],
      [`beside ${open} with escaped dots`, (page) => `${open}/%2e%2e${page}`],
    ]),
  ),
};
