import { NextRequest } from 'next/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toBase64Url } from '@/lib/core/encoding';
import { cookieNames } from '@/lib/core/http/cookies';
import { mintRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { ISSUER } from '@/tests/fixtures/access-tokens';
import { NOW } from '@/tests/fixtures/deterministic';
import { FakeIssuer, LIST, LOST } from '@/tests/fixtures/fake-issuer';
import { rootsOf } from '@/tests/fixtures/root-secrets';

// The whole middleware, with nothing but the network behind it replaced: what a call that is lost does to visitors.

const INSIDE = 'http://127.0.0.1:3000';
const KEY_SET = `${INSIDE}/.well-known/jwks.json`;
const LISTS = `${INSIDE}/status-lists/${LIST}`;
const REFRESH = `${INSIDE}/api/auth/refresh`;
const NAMES = cookieNames(true);

let issuer: FakeIssuer;
let middleware: (request: NextRequest) => Promise<Response>;
/** What is lost, by the address that is asked. */
let lost: Map<string, () => Promise<Response>>;
let lines: string[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: NOW * 1_000 });
  watchCryptography();
  vi.stubEnv('APP_ORIGIN', ISSUER);
  vi.stubEnv('INTERNAL_ORIGIN', INSIDE);
  vi.stubEnv('TRUSTED_PROXY_HOPS', '1');
  issuer = await FakeIssuer.start();
  lost = new Map();
  lines = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line));
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    issuer.asked.push({ url, init });
    issuer.wall = Date.now() - NOW * 1_000;
    const answer = lost.get(url);
    if (answer !== undefined) return answer();
    return url === REFRESH ? refreshed() : issuer.trueAnswer(url);
  });
  // It keeps what it knows of the network in the module: each test begins with a new one.
  vi.resetModules();
  ({ middleware } = await import('@/middleware'));
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

async function refreshed(): Promise<Response> {
  const headers = new Headers();
  headers.append('set-cookie', `${NAMES.access}=${await issuer.token(0)}; Path=/; HttpOnly`);
  headers.append('set-cookie', `${NAMES.refresh}=next; Path=/; HttpOnly`);
  return new Response('{}', { headers });
}

const macKeys = await refreshMacKeys(await rootsOf(1));
const refreshToken = (number: number) => {
  const session = new Uint8Array(16);
  new DataView(session.buffer).setUint32(0, number);
  return mintRefreshToken({ sessionId: toBase64Url(session), counter: 1, secret: new Uint8Array(16) }, macKeys);
};

async function access(): Promise<string> {
  issuer.wall = Date.now() - NOW * 1_000;
  return issuer.token(10);
}

type Ask = { access?: string; refresh?: string; from?: string; path?: string };

function ask({ access: token, refresh, from = '198.51.100.1', path = '/dashboard' }: Ask): Promise<Response> {
  const cookies = [
    ...(token === undefined ? [] : [`${NAMES.access}=${token}`]),
    ...(refresh === undefined ? [] : [`${NAMES.refresh}=${refresh}`]),
  ];
  const headers = { cookie: cookies.join('; '), 'x-forwarded-for': from };
  return middleware(new NextRequest(`${ISSUER}${path}`, { headers }));
}

/** Cryptography takes real time: how much of it is under way. */
let computing = 0;
const realTimeout = setTimeout;

function watchCryptography(): void {
  for (const name of ['sign', 'verify', 'importKey', 'digest'] as const) {
    const original = crypto.subtle[name].bind(crypto.subtle) as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(crypto.subtle, name).mockImplementation((async (...args: unknown[]) => {
      computing += 1;
      return original(...args).finally(() => {
        computing -= 1;
      });
    }) as never);
  }
}

/** Lets everything run to its end that waits for no timer. */
async function idle(): Promise<void> {
  for (let quiet = 0; quiet < 5; quiet = computing === 0 ? quiet + 1 : 0) {
    await new Promise((resolve) => realTimeout(resolve, 0));
  }
}

/** So many seconds pass, by the clocks and by the timers. */
async function pass(seconds: number): Promise<void> {
  await idle();
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
  await idle();
}

/** What becomes of an answer within so many seconds. */
async function within(seconds: number, answer: Promise<Response>): Promise<Response | 'no answer'> {
  let came: Response | 'no answer' = 'no answer';
  void answer.then((response) => {
    came = response;
  });
  await pass(seconds);
  return came;
}

/** The status, and for a request that goes on to its page `page`. */
async function outcome(seconds: number, answer: Promise<Response>) {
  const response = await within(seconds, answer);
  if (response === 'no answer') return response;
  return response.headers.get('x-middleware-next') === '1' ? 'page' : response.status;
}

// Promise: No answer is waited for without end
describe.each(Object.entries(LOST))('%s', (_what, lose) => {
  const asRefusal = async () => new Response((await lose()).body, { status: 401 });

  test('of the key set: answers come after two seconds at most, and a retry shows the page', async () => {
    lost.set(KEY_SET, lose);
    const good = await access();
    expect(await outcome(2, ask({ access: 'x' }))).toBe(303);
    await pass(5);
    expect(await outcome(2, ask({ access: good }))).toBe(503);
    lost.clear();
    await pass(10);
    expect(await outcome(1, ask({ access: await access() }))).toBe('page');
  });

  test('of the key set while keys are known: nobody notices', async () => {
    expect(await outcome(1, ask({ access: await access() }))).toBe('page');
    lost.set(KEY_SET, lose);
    for (let round = 0; round < 10; round += 1) {
      await pass(31);
      expect(await outcome(2, ask({ access: await access() }))).toBe('page');
    }
  });

  test('of a status list: a second, then the refresh or a 503, and a retry shows the page', async () => {
    await outcome(1, ask({ access: 'x' }));
    lost.set(LISTS, lose);
    const good = await access();
    expect(await outcome(1, ask({ access: good }))).toBe(503);
    expect(await outcome(1, ask({ access: good, refresh: await refreshToken(1) }))).toBe('page');
    lost.clear();
    await pass(0.5);
    expect(await outcome(1, ask({ access: good }))).toBe('page');
  });

  test('of the self-call: 503 with Retry-After after three seconds, cookies kept, and a retry shows the page', async () => {
    lost.set(REFRESH, asRefusal);
    const response = await within(3, ask({ refresh: await refreshToken(1) }));
    if (response === 'no answer') throw new Error(response);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(response.headers.getSetCookie()).toEqual([]);
    lost.clear();
    expect(await outcome(1, ask({ refresh: await refreshToken(1) }))).toBe('page');
  });

  test('of the self-call, of 256 strangers: their places are given back', async () => {
    lost.set(REFRESH, asRefusal);
    const flood = await Promise.all(Array.from({ length: 260 }, (_, at) => refreshToken(at)));
    const answers = flood.map((token, at) => ask({ refresh: token, from: `203.${at % 256}.113.1` }));
    await pass(0.001);
    expect(issuer.countOf(REFRESH)).toBe(256);
    await pass(3);
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([503]));
    lost.clear();
    for (const token of flood.slice(0, 5)) expect(await outcome(1, ask({ refresh: token }))).toBe('page');
  });
});

describe('self-calls', () => {
  test('of a stranger’s network, however many, leave some for an owner of another', async () => {
    lost.set(REFRESH, () => new Promise(() => undefined));
    const flood = await Promise.all(Array.from({ length: 400 }, (_, at) => refreshToken(at)));
    const answers = flood.map((token) => ask({ refresh: token, from: '203.0.113.66' }));
    await pass(0.001);
    expect(issuer.countOf(REFRESH)).toBe(128);
    lost.clear();
    for (const from of ['198.51.100.7', '203.0.113.67', '2001:db8::1']) {
      expect(await outcome(1, ask({ refresh: await refreshToken(9_999), from }))).toBe('page');
    }
    await pass(3);
    await Promise.all(answers);
  });
});

describe('when nobody can tell', () => {
  test('a page without a refresh cookie is a 503 with its own policy, and not the login page', async () => {
    lost.set(LISTS, async () => new Response('', { status: 503 }));
    const response = await within(1, ask({ access: await access() }));
    if (response === 'no answer') throw new Error(response);
    expect([response.status, response.headers.get('location')]).toEqual([503, null]);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    const [, nonce] = /<style nonce="([^"]+)">/.exec(await response.text()) ?? [];
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });
});

describe('a page that everybody may see', () => {
  const PUBLIC = { path: '/' };

  test('renews the session of a visitor whose access token has run out', async () => {
    const response = await within(1, ask({ ...PUBLIC, refresh: await refreshToken(1) }));
    if (response === 'no answer') throw new Error(response);
    expect(response.headers.get('x-middleware-next')).toBe('1');
    expect(response.headers.getSetCookie().map((line) => line.split('=', 1)[0])).toEqual([NAMES.access, NAMES.refresh]);
    expect(response.headers.get('x-middleware-request-cookie')).toContain(`${NAMES.access}=ey`);
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  test('asks nobody for a visitor without cookies, nor for one whose token is good', async () => {
    expect(await outcome(1, ask(PUBLIC))).toBe('page');
    expect(await outcome(1, ask({ ...PUBLIC, access: await access(), refresh: await refreshToken(1) }))).toBe('page');
    expect(issuer.countOf(REFRESH)).toBe(0);
  });

  test.each([
    ['whose session is over', async () => Response.json({ code: 'session_ended' }, { status: 401 })],
    ['while the server cannot tell', async () => new Response('', { status: 503 })],
    ['while the self-call is lost', () => new Promise<Response>(() => undefined)],
  ])('is shown to a visitor %s, without a word about cookies', async (_when, answer) => {
    lost.set(REFRESH, answer);
    for (const path of ['/', '/login', '/invoices']) {
      const response = await within(3, ask({ path, refresh: await refreshToken(1) }));
      if (response === 'no answer') throw new Error(response);
      expect(response.headers.get('x-middleware-next')).toBe('1');
      expect(response.headers.getSetCookie()).toEqual([]);
    }
  });
});

describe('an API', () => {
  const API = '/api/invoices';

  test('is refused to a request that brings nothing', async () => {
    expect(await outcome(1, ask({ path: API }))).toBe(401);
  });

  test('judges tokens itself, and renews itself: the edge asks nobody', async () => {
    lost.set(LISTS, async () => new Response('', { status: 503 }));
    const asked = [{ access: await access() }, { access: 'x' }, { refresh: await refreshToken(1) }, { refresh: 'x' }];
    for (const tokens of asked) {
      const response = await within(1, ask({ ...tokens, path: API }));
      if (response === 'no answer') throw new Error(response);
      expect(response.headers.get('x-middleware-next')).toBe('1');
      expect(response.headers.get('x-middleware-request-cookie')).toBeNull();
    }
    expect(issuer.asked).toEqual([]);
  });
});

test('a server action goes on without a session: its own guard leads to the login page, and the client can follow', async () => {
  const headers = { 'next-action': 'a'.repeat(42), origin: ISSUER };
  const post = (more: object) =>
    middleware(new NextRequest(`${ISSUER}/account`, { method: 'POST', headers: { ...headers, ...more } }));
  lost.set(REFRESH, async () => Response.json({ code: 'session_ended' }, { status: 401 }));
  expect(await outcome(1, post({}))).toBe('page');
  expect(await outcome(1, post({ cookie: `${NAMES.refresh}=${await refreshToken(1)}` }))).toBe('page');
  const plain = new NextRequest(`${ISSUER}/account`, { method: 'POST', headers: { origin: ISSUER } });
  expect(await outcome(1, middleware(plain))).toBe(303);
});

describe('the log', () => {
  test('has one line a minute for what was lost, with its address and cause, and no token in it', async () => {
    lost.set(REFRESH, () =>
      Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ENOTUP' } })),
    );
    const token = await refreshToken(1);
    for (let second = 0; second < 59; second += 1) await outcome(1, ask({ refresh: token }));
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      {
        level: 'error',
        time: new Date(NOW * 1_000).toISOString(),
        event: 'edge.fetch_failed',
        address: REFRESH,
        reason: 'TypeError ENOTUP',
        count: 1,
      },
    ]);
    await outcome(1, ask({ refresh: token }));
    await outcome(1, ask({ refresh: token }));
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ address: REFRESH, count: 60 });
    expect(lines.join()).not.toContain(token);
  });
});
