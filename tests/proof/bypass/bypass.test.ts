import { describe, expect, it } from 'vitest';
import { isDecodable } from '@/lib/core/http/route-policy';
import { db } from '@/lib/server/database/client';
import { useServerWithoutMiddleware } from '@/tests/support/copy/guards-alone';
import { useDatabase } from '@/tests/support/database/use-database';
import { exchange, type RawAnswer, type RawRequest } from '@/tests/support/http/raw-request';
import { cookieHeader, inTurns, SITE, send } from '@/tests/support/http/requests';
import { proved } from '@/tests/support/proof';
import { useServer } from '@/tests/support/server/use-server';
import { callsOf, everyAction, PAGES } from './action-calls';
import { type Caller, prepareCast } from './callers';
import { type ProtectedRoute, protectedRoutes } from './protected-routes';
import { VARIANTS, type Variant } from './variants';

const { url: databaseUrl } = await useDatabase();
const guarded = await useServer({ databaseUrl });
/** The same build, and nothing stands in front of its pages, handlers and actions. */
const bare = await useServerWithoutMiddleware(databaseUrl);
const cast = await prepareCast([guarded, bare]);

const ROUTES = protectedRoutes(cast.ids);
const AT_ONCE = 8;

const isUnsafe = (method: string) => !['GET', 'HEAD', 'OPTIONS'].includes(method);

/** What a page of the site would send for `route`, with the cookies of whoever asks. */
function plainRequest({ method, path }: ProtectedRoute, { cookies }: Pick<Caller, 'cookies'>): RawRequest {
  const body = isUnsafe(method) ? '{}' : '';
  const cookie = cookieHeader(cookies);
  return {
    ...{ method, target: path, version: 'HTTP/1.1', body },
    headers: [
      ['Host', new URL(SITE).host],
      ['Origin', SITE],
      ...(cookie === '' ? [] : [['Cookie', cookie] as const]),
      ...(body === ''
        ? []
        : ([
            ['Content-Type', 'application/json'],
            ['Content-Length', '2'],
          ] as const)),
    ],
  };
}

type Case = { readonly variant: Variant; readonly route: ProtectedRoute; readonly caller: Caller };

/** Every variant for every route by everybody who may not see it. */
const CASES: readonly Case[] = ROUTES.flatMap((route) =>
  cast.callers
    .filter(({ name }) => route.isAdmins || name !== 'a member')
    .flatMap((caller) => VARIANTS.map((variant) => ({ variant, route, caller }))),
);

type Where = 'with the middleware' | 'without the middleware';

/** What answers a path with an escape that stands for no text, where no middleware of ours does. */
const isNextsOwn500 = ({ variant, route, caller }: Case, where: Where): boolean =>
  variant.isNextsOwn500 ||
  (where === 'without the middleware' && !isDecodable(variant.change(plainRequest(route, caller), route).target));

/** Next deletes its own cookies of a preview when they are worth nothing. */
const SETS_COOKIE = /^set-cookie: (?!__(?:prerender_bypass|next_preview_data)=; Path=\/; Expires=Thu, 01 Jan 1970)/m;
/** What Next says to its own question whether there is anything to fetch ahead: no page was made for it. */
const isNothing = ({ head, body }: RawAnswer): boolean => /^x-middleware-skip: 1$/m.test(head) && body === '{}';

/** What a server says while it cannot tell who asks, because its own call to itself took too long: nobody passes. */
const isBusy = ({ status, head }: RawAnswer): boolean => status === 503 && /^retry-after:/m.test(head);

/** What of an answer should not be, in words; null when all is well. */
function faultOf(one: Case, where: Where, answer: RawAnswer): string | null {
  const { status, head, body } = answer;
  const told = cast.secrets.find((secret) => head.includes(secret) || body.includes(secret));
  if (told !== undefined) return `says ${told}`;
  if (SETS_COOKIE.test(head)) return 'sets a cookie';
  if (status === 0 && !one.variant.mayBeUnanswered) return 'gets no answer';
  if (status >= 500 && !isBusy(answer) && !(body === 'Internal Server Error' && isNextsOwn500(one, where)))
    return 'fails';
  return one.variant.isOwnPath && status >= 200 && status < 300 && !isNothing(answer) ? 'is let through' : null;
}

const peopleAndSessions = async () => ({
  users: await db().user.findMany({ orderBy: { id: 'asc' } }),
  sessions: await db().session.findMany({ orderBy: { id: 'asc' } }),
});

it('the routes and the variants are those that there are', () => {
  expect(ROUTES.filter(({ kind }) => kind === 'page').length).toBeGreaterThan(14);
  expect(ROUTES.filter(({ kind }) => kind === 'endpoint').length).toBeGreaterThan(30);
  expect(ROUTES.map(({ path }) => path).filter((path) => /[[\]()]/.test(path))).toEqual([]);
  expect(new Set(VARIANTS.map(({ name }) => name)).size).toBe(VARIANTS.length);
});

describe('the person whose pages they are', () => {
  it('finds a text that nobody else may read on each, so that the search below would find one too', async () => {
    const pages = ROUTES.filter(
      ({ kind, path }) => kind === 'page' && !path.endsWith('/no/such-page') && path !== '/admin',
    );
    for (const { path } of pages) {
      const { status, text } = await send(bare, path, { cookies: cast.rightful });
      expect([status, cast.secrets.some((secret) => text.includes(secret))], path).toEqual([200, true]);
    }
  });
});

/** Tries all of them; what was wrong with which, in words. */
async function faultsAt(where: Where, port: number): Promise<string[]> {
  const faults: string[] = [];
  await inTurns(CASES.length, AT_ONCE, async (at) => {
    const one = CASES[at];
    if (one === undefined) return;
    const { variant, route, caller } = one;
    const answer = await exchange(port, variant.change(plainRequest(route, caller), route));
    const fault = faultOf(one, where, answer);
    if (fault === null) return;
    faults.push(`${caller.name}: ${route.method} ${route.path} ${variant.name} ${fault}: ${answer.status}`);
  });
  proved({
    what: `requests around the guards, ${where}`,
    tried: CASES.length,
    held: CASES.length - faults.length,
    note: `${VARIANTS.length} variants, ${ROUTES.length} routes, ${cast.callers.length} callers`,
  });
  return faults;
}

it('no variant brings anybody to what is not theirs, with a middleware or without: nothing is told, set, changed or broken', async () => {
  const before = await peopleAndSessions();
  const faults = await Promise.all([
    faultsAt('with the middleware', guarded.port),
    faultsAt('without the middleware', bare.port),
  ]);
  expect(faults).toEqual([[], []]);
  expect(await peopleAndSessions()).toEqual(before);
});

/** An action keeps what was typed for somebody whose session is over. */
const SETS_ANOTHER_COOKIE = /^set-cookie: (?!handstamp-draft=)/m;

it('no server action does anything for whoever may not call it, at whichever page, with a middleware or without', async () => {
  const before = await peopleAndSessions();
  const actions = everyAction();
  expect(actions.length).toBeGreaterThan(10);
  const calls = actions.flatMap((action) =>
    cast.callers
      .filter(({ name }) => action.isAdmins || name !== 'a member')
      .flatMap((caller) => callsOf(action, caller, cast.ids).map((request) => ({ action, caller, request }))),
  );
  const faults: string[] = [];
  for (const { port } of [guarded, bare]) {
    await inTurns(calls.length, AT_ONCE, async (at) => {
      const call = calls[at];
      if (call === undefined) return;
      const { head, body, status } = await exchange(port, call.request);
      const isTold = cast.secrets.some((secret) => head.includes(secret) || body.includes(secret));
      if (!isTold && !SETS_ANOTHER_COOKIE.test(head) && status >= 200 && status < 500) return;
      faults.push(`${call.caller.name}: ${call.action.name} at ${call.request.target}: ${status}`);
    });
  }
  const tried = calls.length * 2;
  const note = `${actions.length} actions at ${PAGES.length} pages, with and without the middleware`;
  proved({ what: 'calls of server actions by others', tried, held: tried - faults.length, note });
  expect(faults).toEqual([]);
  expect(await peopleAndSessions()).toEqual(before);
});
