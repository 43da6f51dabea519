import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toBase64Url } from '@/lib/core/encoding';
import { PROBLEMS, problemDocument } from '@/lib/core/http/problem';
import { mintRefreshToken, type RefreshMacKeys, refreshMacKeys } from '@/lib/core/token/refresh-token';
import type { Loss } from '@/lib/verifier/surroundings';
import { type TransparentRefresh, transparentRefresh } from '@/lib/verifier/transparent-refresh';
import { LOST, settle } from '../../fixtures/fake-issuer';
import { rootsOf } from '../../fixtures/root-secrets';

const APP = 'https://app.handstamp.example';
const INSIDE = 'http://127.0.0.1:3000';
const COOKIES = [
  '__Host-access=new; Path=/; HttpOnly; Secure; SameSite=lax',
  '__Host-refresh=next; Path=/; HttpOnly; Secure; SameSite=lax',
];

type Asked = { readonly url: string; readonly init: RequestInit };

let keys: RefreshMacKeys;
let asked: Asked[];
let nowMs: number;
let answer: (asked: Asked) => Promise<Response>;
let refresh: TransparentRefresh;
let losses: Loss[];

beforeEach(async () => {
  keys = await refreshMacKeys(await rootsOf(1));
  asked = [];
  nowMs = 0;
  answer = async () => refreshed();
  const surroundings = {
    fetch: async (url: string, init: RequestInit) => {
      asked.push({ url, init });
      return answer({ url, init });
    },
    monotonicMs: () => nowMs,
    report: (loss: Loss) => losses.push(loss),
  };
  losses = [];
  refresh = transparentRefresh(
    { internalOrigin: INSIDE, appOrigin: APP, refreshCookieName: '__Host-refresh' },
    surroundings,
  );
});

function refreshed(): Response {
  const headers = new Headers();
  for (const line of COOKIES) headers.append('set-cookie', line);
  return new Response('{"accessTokenExpiresAt":"2026-11-23T05:25:00.000Z"}', { headers });
}

const ended = () => problemDocument('https://app.handstamp.example', 'session_ended');
const tokenNumber = (number: number) => {
  const session = new Uint8Array(16);
  new DataView(session.buffer).setUint32(0, number);
  return mintRefreshToken({ sessionId: toBase64Url(session), counter: 1, secret: new Uint8Array(16) }, keys);
};
const ask = (refreshToken: string, sharers: readonly string[] = []) =>
  refresh({ refreshToken, userAgent: 'Firefox', forwardedFor: '203.0.113.7', network: null, sharers });
const tokens = (count: number) => Promise.all(Array.from({ length: count }, (_, number) => tokenNumber(number)));

describe('the call', () => {
  test('is read to its end when it brought cookies: dropped, its connection would be gone and the server never done', async () => {
    let isRead = false;
    const body = new ReadableStream(
      {
        pull: (controller) => {
          controller.enqueue(new TextEncoder().encode('{}'));
          controller.close();
          isRead = true;
        },
        cancel: () => expect.unreachable('somebody dropped it'),
      },
      { highWaterMark: 0 },
    );
    answer = async () => new Response(body, { headers: refreshed().headers });
    expect((await ask(await tokenNumber(1))).kind).toBe('refreshed');
    expect(isRead).toBe(true);
  });

  test('carries the refresh cookie, our origin, the visitor and nothing else', async () => {
    const token = await tokenNumber(1);
    await ask(token);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe(`${INSIDE}/api/auth/refresh`);
    expect(asked[0]?.init).toMatchObject({ method: 'POST', redirect: 'manual', cache: 'no-store' });
    expect([...new Headers(asked[0]?.init.headers)].sort()).toEqual([
      ['cookie', `__Host-refresh=${token}`],
      ['origin', APP],
      ['user-agent', 'Firefox'],
      ['x-forwarded-for', '203.0.113.7'],
    ]);
    expect(asked[0]?.init.body).toBeUndefined();
  });

  test('leaves out what the visitor did not say', async () => {
    await refresh({ refreshToken: await tokenNumber(1), userAgent: null, forwardedFor: null, network: null });
    expect([...new Headers(asked[0]?.init.headers).keys()].sort()).toEqual(['cookie', 'origin']);
  });

  test.each([
    '',
    'nonsense',
    'A'.repeat(94),
    'x; __Host-access=y',
    'AQ\r\nx-evil: 1',
    `${'A'.repeat(95)}`,
    'eyJhbGciOiJub25lIn0..',
  ])('is not made for %j, which no token of ours looks like', async (text) => {
    expect(await ask(text)).toEqual({ kind: 'refused' });
    expect(asked).toEqual([]);
  });
});

describe('new cookies', () => {
  test('are handed on as raw lines and by name', async () => {
    expect(await ask(await tokenNumber(1))).toEqual({
      kind: 'refreshed',
      setCookieLines: COOKIES,
      cookies: new Map([
        ['__Host-access', 'new'],
        ['__Host-refresh', 'next'],
      ]),
    });
  });

  test('are asked for once by all requests of one moment', async () => {
    const token = await tokenNumber(1);
    let release: (response: Response) => void = () => undefined;
    answer = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const all = Promise.all(Array.from({ length: 50 }, () => ask(token)));
    await settle();
    expect(asked).toHaveLength(1);
    release(refreshed());
    const outcomes = await all;
    expect(outcomes.every((outcome) => outcome.kind === 'refreshed' && outcome.setCookieLines.length === 2)).toBe(true);
  });

  test('are asked for again by the next request', async () => {
    const token = await tokenNumber(1);
    await ask(token);
    await ask(token);
    expect(asked).toHaveLength(2);
  });

  test('of one person never go to another', async () => {
    answer = async ({ init }) => {
      const token = new Headers(init.headers).get('cookie')?.split('=')[1] ?? '';
      return new Response('{}', { headers: { 'set-cookie': `__Host-access=for-${token}; Path=/` } });
    };
    const tokens = await Promise.all([1, 2, 3, 4, 5].map(tokenNumber));
    const outcomes = await Promise.all(tokens.map((token) => ask(token)));
    expect(asked).toHaveLength(5);
    for (const [at, outcome] of outcomes.entries()) {
      expect(outcome.kind === 'refreshed' && outcome.cookies.get('__Host-access')).toBe(`for-${tokens[at]}`);
    }
  });
});

describe('a refusal', () => {
  test('is told', async () => {
    answer = async () => ended();
    expect(await ask(await tokenNumber(1))).toEqual({ kind: 'refused' });
  });

  test('is remembered for 30 s, for that token alone', async () => {
    answer = async () => ended();
    const token = await tokenNumber(1);
    for (let use = 0; use < 100; use += 1) expect(await ask(token)).toEqual({ kind: 'refused' });
    expect(asked).toHaveLength(1);
    answer = async () => refreshed();
    nowMs = 29_999;
    expect((await ask(token)).kind).toBe('refused');
    expect((await ask(await tokenNumber(2))).kind).toBe('refreshed');
    nowMs = 30_000;
    expect((await ask(token)).kind).toBe('refreshed');
  });

  test('is remembered for a thousand tokens, no more', async () => {
    answer = async () => ended();
    const tokens = await Promise.all(Array.from({ length: 1_500 }, (_, number) => tokenNumber(number)));
    for (const token of tokens) await ask(token);
    expect(asked).toHaveLength(1_500);
    for (const token of tokens.slice(500)) await ask(token);
    expect(asked).toHaveLength(1_500);
    for (const token of tokens.slice(0, 500)) await ask(token);
    expect(asked).toHaveLength(2_000);
  });
});

describe('trouble of ours is no refusal', () => {
  const problem = (status: number, code: string) => async () => Response.json({ status, code }, { status });

  test.each<[string, () => Promise<Response>]>([
    ['500', problem(500, 'internal_error')],
    ['500 that says session_ended', problem(500, 'session_ended')],
    ['502 of a proxy', async () => new Response('<html>Bad Gateway</html>', { status: 502 })],
    ['503', problem(503, 'service_unavailable')],
    ['504', async () => new Response(null, { status: 504 })],
    ['429', problem(429, 'too_many_attempts')],
    ['403 for our origin', problem(403, 'origin_refused')],
    ['404', problem(404, 'session_ended')],
    ['204', async () => new Response(null, { status: 204 })],
    ['401 of a protected preview', async () => new Response('<html>Sign in to Vercel</html>', { status: 401 })],
    ['401 with foreign JSON', async () => Response.json({ error: 'unauthorized' }, { status: 401 })],
    ['401 with another code', problem(401, 'unauthenticated')],
    ['401 with null', async () => Response.json(null, { status: 401 })],
    ['401 with a list', async () => Response.json(['session_ended'], { status: 401 })],
    ['401 without a body', async () => new Response(null, { status: 401 })],
    ['a redirect', async () => new Response(null, { status: 302, headers: { location: `${APP}/login` } })],
    [
      'a redirect that sets cookies',
      async () =>
        new Response(null, { status: 307, headers: { location: 'https://evil.example', 'set-cookie': 'a=b' } }),
    ],
    ['no connection', () => Promise.reject(new TypeError('fetch failed'))],
  ])('%s', async (_name, broken) => {
    const token = await tokenNumber(1);
    answer = broken;
    expect(await ask(token)).toEqual({ kind: 'unavailable' });
    answer = async () => refreshed();
    expect((await ask(token)).kind).toBe('refreshed');
  });

  test.each(Object.keys(PROBLEMS).filter((code) => code !== 'session_ended'))('the problem %s', async (code) => {
    answer = async () => Response.json({ code }, { status: 401 });
    expect(await ask(await tokenNumber(1))).toEqual({ kind: 'unavailable' });
  });

  test('an answer of 200 without cookies brings none', async () => {
    answer = async () => new Response('<html>');
    expect(await ask(await tokenNumber(1))).toEqual({ kind: 'refreshed', setCookieLines: [], cookies: new Map() });
  });
});

describe('calls in flight', () => {
  test('are at most 256; one more is told to come back, and is not refused', async () => {
    const releases: (() => void)[] = [];
    answer = () => new Promise((resolve) => releases.push(() => resolve(refreshed())));
    const tokens = await Promise.all(Array.from({ length: 257 }, (_, number) => tokenNumber(number)));
    const waiting = tokens.slice(0, 256).map((token) => ask(token));
    await settle();
    expect(asked).toHaveLength(256);
    expect(await ask(tokens[256] ?? '')).toEqual({ kind: 'unavailable' });
    expect(asked).toHaveLength(256);
    const shared = ask(tokens[0] ?? '');
    for (const release of releases) release();
    const kinds = (await Promise.all([...waiting, shared])).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['refreshed']));
    answer = async () => refreshed();
    expect((await ask(tokens[256] ?? '')).kind).toBe('refreshed');
  });

  test('that failed leave their place', async () => {
    answer = () => Promise.reject(new TypeError('fetch failed'));
    for (let number = 0; number < 300; number += 1) await ask(await tokenNumber(number));
    expect(asked).toHaveLength(300);
  });
});

describe.each(Object.entries(LOST))('%s', (_what, lose) => {
  const lost = async (asked: Asked) => {
    const response = await lose();
    return asked.url.endsWith('/api/auth/refresh') ? new Response(response.body, { status: 401 }) : response;
  };

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    answer = lost;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function pass(ms: number) {
    nowMs += ms;
    await vi.advanceTimersByTimeAsync(ms);
  }

  test('is our own trouble after 3 s, and the next request is served', async () => {
    const token = await tokenNumber(1);
    let outcomes: unknown = 'pending';
    void Promise.all([ask(token), ask(token)]).then((both) => {
      outcomes = both;
    });
    await pass(2_999);
    expect([outcomes, asked.length]).toEqual(['pending', 1]);
    await pass(1);
    expect(outcomes).toEqual([{ kind: 'unavailable' }, { kind: 'unavailable' }]);
    expect(losses).toEqual([{ url: `${INSIDE}/api/auth/refresh`, cause: 'deadline' }]);
    answer = async () => refreshed();
    expect((await ask(token)).kind).toBe('refreshed');
  });

  test('gives its place back', async () => {
    const all = await tokens(257);
    const waiting = Promise.all(all.slice(0, 256).map((token) => ask(token)));
    await pass(1);
    expect(await ask(all[256] ?? '')).toEqual({ kind: 'unavailable' });
    await pass(3_000);
    await waiting;
    answer = async () => refreshed();
    const next = await Promise.all((await tokens(256)).map((token) => ask(token)));
    expect(new Set(next.map(({ kind }) => kind))).toEqual(new Set(['refreshed']));
  });

  test('gives its place back to the next caller of an instance whose timers did not run', async () => {
    const all = await tokens(257);
    const waiting = Promise.all(all.slice(0, 256).map((token) => ask(token)));
    answer = async () => refreshed();
    expect(await ask(all[256] ?? '')).toEqual({ kind: 'unavailable' });
    nowMs += 3_000;
    expect((await ask(all[256] ?? '')).kind).toBe('refreshed');
    expect((await ask(all[0] ?? '')).kind).toBe('refreshed');
    expect(new Set((await waiting).map(({ kind }) => kind))).toEqual(new Set(['unavailable']));
  });
});

test('a refusal that comes after its deadline is not remembered', async () => {
  const token = await tokenNumber(1);
  let release: () => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      release = () => resolve(ended());
    });
  const waiting = ask(token);
  await settle();
  nowMs += 3_000;
  answer = async () => refreshed();
  expect((await ask(token)).kind).toBe('refreshed');
  release();
  await settle();
  expect(await waiting).toEqual({ kind: 'unavailable' });
  expect((await ask(token)).kind).toBe('refreshed');
});

test('a refusal without an end is not read on', async () => {
  let bytes = 0;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        bytes += 1_024;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
      },
    });
  answer = async () => new Response(endless(), { status: 401 });
  expect(await ask(await tokenNumber(1))).toEqual({ kind: 'unavailable' });
  expect(bytes).toBeLessThan(16 * 1_024);
  expect(losses.map(({ cause }) => cause)).toEqual(['body_too_large']);
});

describe('made-up tokens of one network', () => {
  test('do not use up the calls of another: its owner is served while they wait', async () => {
    answer = () => new Promise(() => undefined);
    const stranger = ['203.0.113.66', '203.0.113.0/24'];
    const flood = await tokens(1_000);
    const outcomes = flood.map((token) => ask(token, stranger));
    await settle();
    expect(asked).toHaveLength(128);
    expect(await outcomes[999]).toEqual({ kind: 'unavailable' });
    expect(losses.at(-1)?.cause).toBe('too_many_in_flight');
    answer = async () => refreshed();
    for (const owner of [['198.51.100.7', '198.51.100.0/24'], ['2001:db8:1:2::/64', '2001:db8:1::/48'], []]) {
      expect((await ask(await tokenNumber(5_000), owner)).kind).toBe('refreshed');
    }
  });

  test('nor do those of all the narrow networks of one wide one', async () => {
    answer = () => new Promise(() => undefined);
    const flood = await tokens(1_000);
    for (const [at, token] of flood.entries()) void ask(token, [`2001:db8:0:${at}::/64`, '2001:db8:0::/48']);
    await settle();
    expect(asked.length).toBeLessThan(180);
    answer = async () => refreshed();
    expect((await ask(await tokenNumber(5_000), ['2001:db8:1:2::/64', '2001:db8:1::/48'])).kind).toBe('refreshed');
  });
});
