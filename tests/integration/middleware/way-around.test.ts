import { describe, expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, type RequestOptions, send } from '@/tests/support/http/requests';
import { createPerson, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

/** What only a signed-in person may read. */
const PRIVATE_TEXT = 'Wilhelmina Waybarred';
const person = await createPerson({ name: PRIVATE_TEXT, email: 'wilhelmina@people.test', role: 'admin' });
const { cookies, id } = await prepareSession(person);

const isPrivate = (answer: Answer): boolean => /Waybarred|wilhelmina@/.test(answer.text);

/** Headers by which middleware was passed by, or made to pass something on (CVE-2025-29927 and after). */
const HEADERS: Readonly<Record<string, RequestOptions>> = {
  'no trick': {},
  'x-middleware-subrequest': {
    headers: { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  },
  'x-middleware-subrequest of src': {
    headers: {
      'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware',
    },
  },
  'x-middleware-next and an override': {
    headers: {
      'x-middleware-next': '1',
      'x-middleware-override-headers': 'cookie',
      'x-middleware-request-cookie': `handstamp-access=${cookies['handstamp-access']}x`,
    },
  },
  'x-middleware-rewrite': { headers: { 'x-middleware-rewrite': '/dashboard', 'x-rewrite-url': '/dashboard' } },
  'x-invoke headers': {
    headers: { 'x-invoke-path': '/dashboard', 'x-invoke-status': '200', 'x-matched-path': '/dashboard' },
  },
  'a client-side navigation': { headers: { rsc: '1', 'next-url': '/login' } },
  'a prefetch': {
    headers: { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree', purpose: 'prefetch' },
  },
  'a preview': { cookies: { __prerender_bypass: 'x', __next_preview_data: 'x' } },
  'identity headers': {
    headers: { 'x-user-id': person.id, 'x-session': id, 'x-forwarded-user': 'admin', 'x-handstamp-user': person.id },
  },
};

const PAGES = ['/dashboard', '/account', '/account/sessions', '/admin/users'];
/** Other spellings of one page, which a router may take for it and a policy may not. */
const spellings = (page: string): string[] => [
  page,
  `${page}/`,
  `/${page}`,
  page.replace('/', '/%2e/'),
  page.replace(/^\/(.)/, (_all, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  page.toUpperCase(),
  `/login/..${page}`,
  `/login/%2e%2e${page}`,
  `/api/auth/..${page}`,
  `/_next/static/..${page}`,
  `/_next/static/..%2f${page.slice(1)}`,
  `/icon.svg${page}`,
  `/icon.svg/..${page}`,
  `${page}.rsc`,
  `${page}.json`,
  `/_next/data/x${page}.json`,
  `${page}.segments/_tree.segment.rsc`,
  `${page}?_rsc=1`,
  `/en${page}`,
  `${page}%00`,
  `${page};x=y`,
  `\\${page.slice(1)}`,
];

// Promise: The middleware is not the only guard
describe.each(PAGES)('a guest', (page) => {
  it.each(['no trick', 'x-middleware-subrequest'])(
    `sees nothing of ${page} under any spelling, with %s`,
    async (name) => {
      for (const path of spellings(page)) {
        const answer = await send(server, path, HEADERS[name]);
        expect(isPrivate(answer), path).toBe(false);
        expect(answer.status, path).toBeLessThan(500);
      }
    },
  );
});

describe.each(Object.keys(HEADERS))('with %s, a guest', (name) => {
  it('is sent away from every page', async () => {
    for (const page of PAGES) {
      const answer = await send(server, page, HEADERS[name]);
      // The middleware's own redirect; that of a page behind it would be a 307.
      expect(answer.status, page).toBe(303);
      expect(isPrivate(answer), page).toBe(false);
    }
  });

  it('gets nothing from the API', async () => {
    for (const path of [
      '/api/me',
      '/api/auth/session',
      '/api/auth/sessions',
      '/%61pi/me',
      '/api/%6de',
      '/api//me',
      '/API/me',
    ]) {
      const answer = await send(server, path, HEADERS[name]);
      expect(isPrivate(answer), path).toBe(false);
      expect(answer.status, path).not.toBe(200);
    }
    expect(problemOf(await send(server, '/api/me', HEADERS[name]))).toBe('401 unauthenticated');
  });
});

describe('the same tricks', () => {
  // Next answers a client-side navigation that is none with a redirect of its own.
  const plain = Object.keys(HEADERS).filter((name) => HEADERS[name]?.headers?.['rsc'] === undefined);

  it.each(plain)('do no harm to somebody who is signed in: %s', async (name) => {
    const options = HEADERS[name] ?? {};
    const answer = await send(server, '/dashboard', { ...options, cookies: { ...options.cookies, ...cookies } });
    expect(answer.status).toBe(200);
    expect(isPrivate(answer)).toBe(true);
  });

  it('do not make a member an admin', async () => {
    const member = await prepareSession(await createPerson());
    for (const [name, options] of Object.entries(HEADERS)) {
      for (const path of ['/admin', '/admin/users', '/admin/users/']) {
        const answer = await send(server, path, { ...options, cookies: member.cookies });
        expect(isPrivate(answer), `${name} ${path}`).toBe(false);
      }
    }
  });
});
