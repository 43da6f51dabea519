import { isRecord } from '@/lib/core/json';
import { filledIn, formIn } from '@/tests/support/http/action-forms';
import { inTurns, send } from '@/tests/support/http/requests';
import { COOKIE, type PreparedSession } from '@/tests/support/people';
import type { TestServer } from '@/tests/support/server/server';
import { type Endpoint, protectedEndpoints, protectedPages } from './app-tree';
import { asBearer, type Got, inCookie, type Sent } from './wire';

/** One place that takes a token, and how it must refuse one. */
export type Target = {
  readonly name: string;
  /** Of what kind, for the count of what was asked. */
  readonly kind: 'page' | 'page without middleware' | 'endpoint' | 'server action' | 'refresh' | 'bearer' | 'service';
  request(token: string): Sent;
  /** `<status> <where to, or why>`. */
  readonly refusal: string;
};

export type Places = {
  readonly server: TestServer;
  /** The same build without its middleware. */
  readonly bare: TestServer;
  /** The port of a service that verifies by itself. */
  readonly servicePort: number;
  /** An admin's, so that nothing but the token decides. */
  readonly session: PreparedSession;
};

/** Everything that takes an access token, from the tree of the app: pages, endpoints, actions; and what takes one by mistake. */
export async function targetsOf(places: Places): Promise<Target[]> {
  const { server, session, servicePort } = places;
  const pages = protectedPages(session.person.id);
  const endpoints = protectedEndpoints(session.person.id);
  return [
    ...pages.flatMap((page) => pageTargets(places, page)),
    ...endpoints.map((endpoint) => endpointTarget(server, endpoint)),
    ...(await inTurns(pages.length, 1, (at) => actionTargets(places, pages[at] ?? ''))).flat(),
    {
      name: 'the refresh endpoint',
      kind: 'refresh',
      refusal: '401 session_ended',
      request: (token) => post(server, '/api/auth/refresh', inCookie(COOKIE.refresh, token)),
    },
    {
      name: '/api/me by Bearer',
      kind: 'bearer',
      refusal: '401 unauthenticated',
      request: (token) => ({ port: server.port, path: '/api/me', headers: { ...hostOf(server), ...asBearer(token) } }),
    },
    {
      name: 'a service that verifies by itself',
      kind: 'service',
      refusal: '401 invalid_token',
      request: (token) => ({ port: servicePort, path: '/', headers: asBearer(token) }),
    },
  ];
}

const hostOf = ({ origin }: TestServer) => ({ host: new URL(origin).host });

const post = (server: TestServer, path: string, headers: Record<string, string>, method = 'POST'): Sent => ({
  ...{ port: server.port, path, method, body: '{}' },
  headers: { ...hostOf(server), origin: server.origin, 'content-type': 'application/json', ...headers },
});

const byCookie = (server: TestServer, path: string, token: string): Sent => ({
  ...{ port: server.port, path },
  headers: { ...hostOf(server), ...inCookie(COOKIE.access, token) },
});

function pageTargets({ server, bare }: Places, page: string): Target[] {
  const folder = page.replace('/no/such-page', '');
  const next = (where: string) => `/login?next=${encodeURIComponent(where)}`;
  return [
    // 303 is the middleware's own redirect: no page behind it ran. That of a page is a 307.
    { name: page, kind: 'page', refusal: `303 ${next(page)}`, request: (token) => byCookie(server, page, token) },
    {
      name: `${page} without middleware`,
      kind: 'page without middleware',
      refusal: `307 ${next(folder)}`,
      request: (token) => byCookie(bare, page, token),
    },
  ];
}

function endpointTarget(server: TestServer, { method, path }: Endpoint): Target {
  const request = (token: string) =>
    method === 'GET' ? byCookie(server, path, token) : post(server, path, inCookie(COOKIE.access, token), method);
  return { name: `${method} ${path}`, kind: 'endpoint', refusal: '401 unauthenticated', request };
}

/** The first form of an action that a page shows, if it shows one, with the middleware before it and without. */
async function actionTargets({ server, bare, session }: Places, page: string): Promise<Target[]> {
  const { status, text } = await send(server, page, { cookies: session.accessOnly });
  if (![200, 307, 404].includes(status)) throw new Error(`${page} answers ${status}`);
  if (!/<form[^>]*>(?:(?!<\/form>)[\s\S])*\$ACTION/.test(text)) return [];
  const { body, headers } = filledIn(formIn(text, '$ACTION'));
  return [server, bare].map((place) => ({
    name: `an action of ${page}${place === bare ? ' without middleware' : ''}`,
    kind: 'server action',
    refusal: `303 /login?next=${encodeURIComponent(page)}`,
    request: (token) => ({
      ...{ port: place.port, path: page, method: 'POST', body },
      headers: { ...hostOf(place), origin: place.origin, ...headers, ...inCookie(COOKIE.access, token) },
    }),
  }));
}

/** An answer in the words of `Target.refusal`. */
export function summaryOf({ status, headers, body }: Got): string {
  const { location } = headers;
  if (location !== undefined) return `${status} ${location.replace(/^https?:\/\/[^/]+/, '')}`;
  const document: unknown = /^application\/(?:problem\+)?json/.test(headers['content-type'] ?? '')
    ? JSON.parse(body)
    : null;
  if (isRecord(document) && typeof document['code'] === 'string') return `${status} ${document['code']}`;
  return `${status} ${/error="(\w+)"/.exec(headers['www-authenticate'] ?? '')?.[1] ?? ''}`.trim();
}
