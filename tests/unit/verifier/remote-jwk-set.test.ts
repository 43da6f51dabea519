import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RemoteJwkSet, remoteJwkSet } from '@/lib/verifier/remote-jwk-set';
import { FakeIssuer, KEY_SET_URL, LOST, settle } from '@/tests/fixtures/fake-issuer';
import { testKey } from '@/tests/fixtures/signing';

let issuer: FakeIssuer;
let source: RemoteJwkSet;

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  source = remoteJwkSet(KEY_SET_URL, issuer.surroundings);
});

const currentKids = async () => [...(await source.current()).keys()];
const refetchedKids = async () => {
  const keys = await source.refetched('token');
  return keys === null ? null : [...keys.keys()];
};
/** Answers as a cache on the way does that has held its copy for `age` seconds. */
const answerWithAge = (age: string) => {
  issuer.answer = async (url) => {
    const response = await issuer.trueAnswer(url);
    response.headers.set('age', age);
    return response;
  };
};
const fetches = () => issuer.countOf(KEY_SET_URL);

describe('the key set', () => {
  test('is fetched on first use and then kept', async () => {
    expect(fetches()).toBe(0);
    for (let use = 0; use < 10; use += 1) expect(await currentKids()).toEqual([issuer.signer.kid]);
    issuer.advance(29.9);
    await source.current();
    await settle();
    expect(fetches()).toBe(1);
  });

  test('is fetched once by a hundred first requests at the same time', async () => {
    issuer.hold();
    const all = Promise.all(Array.from({ length: 100 }, currentKids));
    await settle();
    expect(fetches()).toBe(1);
    await issuer.letGo();
    expect(new Set((await all).map(String))).toEqual(new Set([issuer.signer.kid]));
  });

  test.each([30, 45, 59.9])('of %d s is renewed in the background, while the known keys serve', async (age) => {
    await source.current();
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    issuer.advance(age);
    issuer.hold();
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    expect(fetches()).toBe(2);
    await issuer.letGo();
    await expect.poll(currentKids, { timeout: 5_000 }).toEqual([issuer.signer.kid, next.kid]);
  });

  test('is renewed by one fetch at a time, whoever asks meanwhile', async () => {
    await source.current();
    issuer.advance(31);
    issuer.hold();
    for (let use = 0; use < 50; use += 1) await source.current();
    expect(fetches()).toBe(2);
    await issuer.letGo();
  });

  test('from 60 s on is waited for, by all requests together with one fetch: no key outlives the published time', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.advance(60);
    issuer.hold();
    const all = Promise.all(Array.from({ length: 100 }, currentKids));
    await settle();
    expect(fetches()).toBe(2);
    await issuer.letGo();
    expect(new Set((await all).map(String))).toEqual(new Set([next.kid]));
  });

  test('forgets a withdrawn key within 60 s, whenever it is asked', async () => {
    await source.current();
    const leaked = issuer.signer.kid;
    issuer.published = [await testKey()];
    let seconds = 0;
    while ((await currentKids()).includes(leaked) && seconds < 200) {
      await issuer.settled();
      issuer.advance(1.7);
      seconds += 1.7;
    }
    expect(seconds).toBeLessThan(60 + 1.7);
  });

  test('is fetched from the address given, without following redirects and past every cache', async () => {
    await source.current();
    expect(issuer.asked[0]?.url).toBe(KEY_SET_URL);
    expect(issuer.asked[0]?.init).toMatchObject({
      redirect: 'manual',
      cache: 'no-store',
      signal: expect.any(AbortSignal),
    });
    expect(new Headers(issuer.asked[0]?.init.headers).has('cookie')).toBe(false);
  });
});

describe('a copy from a cache', () => {
  test('counts as old as the cache says it is (RFC 9111 §5.1)', async () => {
    answerWithAge('40');
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.comeBack();
    issuer.advance(19.9);
    issuer.hold();
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    issuer.advance(0.1);
    const waiting = currentKids();
    await issuer.letGo();
    expect(await waiting).toEqual([next.kid]);
    expect(fetches()).toBe(2);
  });

  test.each(['60', '3600', '9999999999'])('that is %s s old makes one try a second, not one a request', async (age) => {
    answerWithAge(age);
    for (let tenth = 0; tenth < 50; tenth += 1) {
      for (let use = 0; use < 20; use += 1) expect(await currentKids()).toEqual([issuer.signer.kid]);
      await issuer.settled();
      issuer.advance(0.1);
    }
    expect(fetches()).toBeGreaterThan(3);
    expect(fetches()).toBeLessThanOrEqual(6);
  });

  test.each(['', '-5', '1e3', 'NaN', '12, 13', '99999999999'])('with the age %j is as good as new', async (age) => {
    answerWithAge(age);
    await source.current();
    issuer.advance(29);
    await source.current();
    expect(fetches()).toBe(1);
  });
});

describe('an issuer that does not answer', () => {
  test('leaves the known keys in force', async () => {
    await source.current();
    issuer.goDown();
    for (let minute = 0; minute < 10; minute += 1) {
      issuer.advance(60);
      expect(await currentKids()).toEqual([issuer.signer.kid]);
      await issuer.settled();
    }
  });

  test.each<[string, () => Promise<Response>]>([
    ['an error', async () => new Response('{}', { status: 500 })],
    ['a redirect', async () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })],
    ['no content', async () => new Response(null, { status: 204 })],
    ['a page', async () => new Response('<html>')],
    ['JSON that is no key set', async () => Response.json({ error: 'nonsense' })],
    ['a key set with an error', async () => Response.json({ keys: [] }, { status: 500 })],
    ['far too many keys', async () => Response.json({ keys: new Array(33).fill({}) })],
  ])('leaves them in force when it sends %s', async (_name, answer) => {
    await source.current();
    issuer.answer = answer;
    issuer.advance(61);
    await source.current();
    await settle();
    expect(fetches()).toBe(2);
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    issuer.advance(10);
    expect(await refetchedKids()).toBeNull();
    expect(await currentKids()).toEqual([issuer.signer.kid]);
  });

  test('is waited for once; then the known keys serve at once, while it is asked in the background', async () => {
    await source.current();
    issuer.goDown();
    issuer.advance(60);
    await source.current();
    issuer.hold();
    for (let second = 0; second < 9; second += 1) {
      issuer.advance(1);
      expect(await currentKids()).toEqual([issuer.signer.kid]);
    }
    // One after 1 s, and one whenever it was given up: after 3, 5, 7 and 9 s.
    expect(fetches()).toBe(2 + 5);
    await issuer.letGo();
  });

  test('is waited for again by an instance that slept through its return', async () => {
    await source.current();
    issuer.goDown();
    issuer.advance(60);
    await source.current();
    issuer.comeBack();
    const next = await testKey();
    issuer.published = [next];
    issuer.advance(3_600);
    expect(await currentKids()).toEqual([next.kid]);
  });

  test('is asked again at most once a second', async () => {
    await source.current();
    issuer.goDown();
    issuer.advance(60);
    for (let step = 0; step < 50; step += 1) {
      await source.current();
      await issuer.settled();
      issuer.advance(0.1);
    }
    expect(fetches() - 1).toBeLessThanOrEqual(6);
  });

  test('gives no keys when it never answered, and is not asked by every request in a row', async () => {
    issuer.goDown();
    for (let use = 0; use < 20; use += 1) expect(await currentKids()).toEqual([]);
    expect(fetches()).toBeLessThanOrEqual(2);
  });

  test('is known again as soon as it answers', async () => {
    issuer.goDown();
    await source.current();
    issuer.comeBack();
    issuer.advance(2);
    expect(await currentKids()).toEqual([issuer.signer.kid]);
  });
});

describe.each(Object.entries(LOST))('%s', (_what, lose) => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Time passes, by the clocks and by the timers. */
  async function pass(seconds: number) {
    issuer.advance(seconds);
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
  }

  test('is given up after two seconds by all who wait for the first keys, and a retry brings them', async () => {
    issuer.answer = lose;
    const waiting = Promise.all([currentKids(), currentKids()]);
    await pass(2);
    expect(await waiting).toEqual([[], []]);
    issuer.comeBack();
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    expect(fetches()).toBe(2);
  });

  test('does not end the renewal of known keys, which serve on', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.answer = lose;
    await pass(31);
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    await pass(2);
    issuer.comeBack();
    await currentKids();
    await pass(0.001);
    expect(await currentKids()).toEqual([next.kid]);
  });

  test('is given up by the next caller of an instance whose timers did not run', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.answer = lose;
    issuer.advance(60);
    const waiting = currentKids();
    issuer.comeBack();
    issuer.advance(3_600);
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    expect(await waiting).toEqual([issuer.signer.kid]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await currentKids()).toEqual([next.kid]);
    expect(fetches()).toBe(3);
  });

  test('leaves an unknown kid unknown for two seconds, not for ever', async () => {
    await source.current();
    issuer.advance(10);
    issuer.answer = lose;
    const waiting = refetchedKids();
    await pass(2);
    expect(await waiting).toBeNull();
  });

  test('is waited for once by a token whose key is not known yet, and not twice', async () => {
    issuer.answer = lose;
    const both = currentKids().then(() => refetchedKids());
    await pass(2);
    expect(await both).toBeNull();
    expect(fetches()).toBe(1);
  });

  test('is told with its address and the word for it', async () => {
    issuer.answer = lose;
    const waiting = currentKids();
    await pass(2);
    await waiting;
    expect(issuer.losses).toEqual([{ url: KEY_SET_URL, cause: 'deadline' }]);
  });
});

test('an answer that comes after its deadline does not bring withdrawn keys back', async () => {
  await source.current();
  const leaked = issuer.signer.kid;
  let release: () => void = () => undefined;
  const old = await issuer.trueAnswer(KEY_SET_URL);
  issuer.answer = () =>
    new Promise((resolve) => {
      release = () => resolve(old);
    });
  issuer.advance(31);
  await source.current();
  const next = await testKey();
  issuer.published = [next];
  issuer.comeBack();
  issuer.advance(60);
  await source.current();
  await settle();
  expect(await currentKids()).toEqual([next.kid]);
  release();
  await settle();
  expect(await currentKids()).toEqual([next.kid]);
  expect(await currentKids()).not.toContain(leaked);
});

test('a key set without an end is not read on, and leaves the known keys in force', async () => {
  await source.current();
  let bytes = 0;
  issuer.answer = async () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          bytes += 16_384;
          controller.enqueue(new Uint8Array(16_384).fill(0x20));
        },
      }),
    );
  issuer.advance(61);
  expect(await currentKids()).toEqual([issuer.signer.kid]);
  expect(bytes).toBeLessThan(256 * 1_024);
  expect(issuer.losses).toEqual([{ url: KEY_SET_URL, cause: 'body_too_large' }]);
});

test.each<[string, () => Promise<Response>]>([
  ['status 503', async () => new Response('{}', { status: 503 })],
  ['status 302', async () => new Response(null, { status: 302, headers: { location: 'https://x.example/?token' } })],
  ['no_key_set', async () => Response.json({ keys: 'a' })],
  ['SyntaxError', async () => new Response('<html>secret')],
  ['TypeError', () => Promise.reject(new TypeError('fetch of http://user:secret@inside failed'))],
])('a fetch that was lost is told as %s, and no more of it', async (cause, answer) => {
  issuer.answer = answer;
  await source.current();
  expect(issuer.losses).toEqual([{ url: KEY_SET_URL, cause }]);
});

describe('a change that something points at', () => {
  test('is looked for by one fetch in the background', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.advance(2);
    source.suspectChange();
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    await settle();
    for (let use = 0; use < 100; use += 1) expect(await currentKids()).toEqual([next.kid]);
    expect(fetches()).toBe(2);
  });

  test('is not forgotten when a fetch was a moment ago, and causes one a second at most', async () => {
    await source.current();
    for (let tenth = 0; tenth < 30; tenth += 1) {
      source.suspectChange();
      await source.current();
      await issuer.settled();
      issuer.advance(0.1);
    }
    expect(fetches()).toBeGreaterThan(2);
    expect(fetches()).toBeLessThanOrEqual(4);
  });
});

describe('a kid that we do not know', () => {
  test('makes one fetch in ten seconds, however many there are (C17)', async () => {
    await source.current();
    issuer.advance(10);
    for (let attack = 0; attack < 1_000; attack += 1) await source.refetched('token');
    expect(fetches()).toBe(2);
    issuer.advance(9.9);
    for (let attack = 0; attack < 1_000; attack += 1) await source.refetched('token');
    expect(fetches()).toBe(2);
    issuer.advance(0.1);
    await source.refetched('token');
    expect(fetches()).toBe(3);
  });

  test('makes one fetch when a thousand come at the same time', async () => {
    await source.current();
    issuer.advance(10);
    issuer.hold();
    const all = Promise.all(Array.from({ length: 1_000 }, () => source.refetched('token')));
    await settle();
    expect(fetches()).toBe(2);
    await issuer.letGo();
    await all;
  });

  test('brings a key that was published since', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    issuer.advance(10);
    expect(await refetchedKids()).toEqual([issuer.signer.kid, next.kid]);
  });

  test('waits for the fetch that is under way', async () => {
    await source.current();
    const next = await testKey();
    issuer.advance(31);
    issuer.published = [next];
    issuer.hold();
    await source.current();
    const waiting = refetchedKids();
    await issuer.letGo();
    expect(await waiting).toEqual([next.kid]);
    expect(fetches()).toBe(2);
  });

  test('cannot be told from one that exists while the issuer does not answer, and costs no more than else', async () => {
    await source.current();
    issuer.goDown();
    issuer.advance(10);
    for (let attack = 0; attack < 1_000; attack += 1) expect(await refetchedKids()).toBeNull();
    expect(fetches()).toBe(2);
    issuer.comeBack();
    issuer.advance(9.9);
    expect(await refetchedKids()).toBeNull();
    issuer.advance(0.1);
    expect(await refetchedKids()).toEqual([issuer.signer.kid]);
    expect(fetches()).toBe(3);
  });

  test('is looked for at once, also right after a routine fetch: the key may have been made since', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    expect(await refetchedKids()).toEqual([issuer.signer.kid, next.kid]);
    expect(fetches()).toBe(2);
  });

  test('is looked for past the cool-down of a flood when the issuer itself names it, once a second at most', async () => {
    await source.current();
    for (let attack = 0; attack < 1_000; attack += 1) await source.refetched('token');
    const before = fetches();
    const next = await testKey();
    issuer.published = [next];
    issuer.advance(1);
    for (let use = 0; use < 100; use += 1) {
      expect([...((await source.refetched('issuer')) ?? new Map()).keys()]).toEqual([next.kid]);
    }
    expect(fetches()).toBe(before + 1);
  });

  test('does not start the cool-down over', async () => {
    await source.current();
    for (let second = 0; second < 10; second += 1) {
      issuer.advance(1);
      await source.refetched('token');
    }
    expect(fetches()).toBe(2);
  });
});

describe('an instance that slept', () => {
  test('waits for the news before it believes a key that may have been withdrawn long ago', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.advance(3_600);
    expect(await currentKids()).toEqual([next.kid]);
  });

  test('still has its keys when the issuer does not answer then', async () => {
    await source.current();
    issuer.goDown();
    issuer.advance(3_600);
    expect(await currentKids()).toEqual([issuer.signer.kid]);
  });
});
