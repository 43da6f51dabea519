import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MaybePromise } from '@/lib/core/maybe-promise';
import { remoteJwkSet } from '@/lib/verifier/remote-jwk-set';
import { type StatusLists, statusLists } from '@/lib/verifier/status-lists';
import { ISSUER } from '../../fixtures/access-tokens';
import { FakeIssuer, KEY_SET_URL, LIST_URI, LIST_URL, LOST, settle } from '../../fixtures/fake-issuer';
import { testKey } from '../../fixtures/signing';

const PLACE = 5;
let issuer: FakeIssuer;
let lists: StatusLists;

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  const options = { issuer: ISSUER, fetchOrigin: ISSUER, maxStaleSeconds: 30 };
  lists = statusLists(options, remoteJwkSet(KEY_SET_URL, issuer.surroundings), issuer.surroundings);
});

const check = (uri = LIST_URI) => lists.check(uri, PLACE);
const fetches = () => issuer.countOf(LIST_URL);
const isPending = async (promise: MaybePromise<unknown>) => {
  const pending = Symbol('pending');
  return (await Promise.race([promise, settle().then(() => pending)])) === pending;
};

describe('a copy', () => {
  test('is fetched on first use, and says which sessions were ended', async () => {
    issuer.endedPlaces.add(PLACE);
    expect(await check()).toBe('revoked');
    expect(await lists.check(LIST_URI, PLACE + 1)).toBe('valid');
    expect(fetches()).toBe(1);
  });

  test('does not vouch for a place that lies outside of it', async () => {
    expect(await lists.check(LIST_URI, 2 ** 17)).toBe('revoked');
  });

  test('younger than 2 s is used as it is', async () => {
    await check();
    issuer.advance(1.999);
    issuer.endedPlaces.add(PLACE);
    for (let use = 0; use < 100; use += 1) expect(await check()).toBe('valid');
    await settle();
    expect(fetches()).toBe(1);
  });

  test.each([2, 2.5, 2.999])('of %d s is used, and renewed in the background', async (age) => {
    await check();
    issuer.endedPlaces.add(PLACE);
    issuer.advance(age);
    issuer.hold();
    expect(await check()).toBe('valid');
    expect(await check()).toBe('valid');
    expect(fetches()).toBe(2);
    await issuer.letGo();
    await expect.poll(() => check(), { timeout: 5_000 }).toBe('revoked');
  });

  test.each([3, 25, 59])('of %d s makes the request wait for a new one', async (age) => {
    await check();
    issuer.endedPlaces.add(PLACE);
    issuer.advance(age);
    issuer.hold();
    const waiting = check();
    expect(await isPending(waiting)).toBe(true);
    await issuer.letGo();
    expect(await waiting).toBe('revoked');
  });

  test('is waited for by all requests together, with one fetch', async () => {
    await check();
    issuer.endedPlaces.add(PLACE);
    issuer.advance(10);
    issuer.hold();
    const all = Promise.all(Array.from({ length: 100 }, () => check()));
    await settle();
    expect(fetches()).toBe(2);
    await issuer.letGo();
    expect(new Set(await all)).toEqual(new Set(['revoked']));
    expect(fetches()).toBe(2);
  });

  test('is as old as the request for it, not as its arrival', async () => {
    issuer.hold();
    const first = check();
    await settle();
    issuer.advance(0.9);
    await issuer.letGo();
    await first;
    issuer.advance(1.2);
    issuer.hold();
    await check();
    expect(fetches()).toBe(2);
    await issuer.letGo();
  });

  test('costs no fetch for any number of requests in its two seconds, and one for each two seconds after', async () => {
    for (let tenth = 0; tenth < 100; tenth += 1) {
      await check();
      await issuer.settled();
      issuer.advance(0.1);
    }
    expect(fetches()).toBeLessThanOrEqual(6);
  });
});

describe('a session that was ended', () => {
  test('is refused within 3 s by an instance that is asked all the time', async () => {
    await check();
    issuer.advance(0.05);
    issuer.endedPlaces.add(PLACE);
    let waited = 0;
    while ((await check()) === 'valid' && waited < 10) {
      await issuer.settled();
      issuer.advance(0.1);
      waited += 0.1;
    }
    expect(waited).toBeLessThan(3.05);
  });

  test('is refused at once by an instance that was idle', async () => {
    await check();
    issuer.endedPlaces.add(PLACE);
    issuer.advance(25);
    expect(await check()).toBe('revoked');
  });

  test('is refused at once by an instance that was frozen, whose own clock stood still', async () => {
    await check();
    issuer.endedPlaces.add(PLACE);
    issuer.wall += 25_000;
    expect(await check()).toBe('revoked');
  });

  test('is refused when the clock on the wall was set back', async () => {
    await check();
    issuer.endedPlaces.add(PLACE);
    issuer.monotonic += 10_000;
    issuer.wall -= 20_000;
    issuer.answer = async (url) =>
      url === LIST_URL ? new Response(await issuer.listToken(issuer.now() + 30)) : issuer.trueAnswer(url);
    expect(await check()).toBe('revoked');
  });
});

describe('an issuer that does not answer', () => {
  test.each([
    [3, 'valid'],
    [10, 'valid'],
    [29.9, 'valid'],
    [30, 'valid'],
    [30.1, 'unavailable'],
    [59, 'unavailable'],
    [3_600, 'unavailable'],
  ])('leaves a copy of %d s %s', async (age, answer) => {
    await check();
    issuer.goDown();
    issuer.advance(age);
    expect(await check()).toBe(answer);
  });

  test('does not make an ended session good again', async () => {
    issuer.endedPlaces.add(PLACE);
    await check();
    issuer.goDown();
    issuer.advance(20);
    expect(await check()).toBe('revoked');
    issuer.advance(20);
    expect(await check()).toBe('unavailable');
  });

  test('from the beginning makes everything unavailable, never valid', async () => {
    issuer.goDown();
    expect(await check()).toBe('unavailable');
  });

  test('costs waiting once in half a second, not once a request', async () => {
    await check();
    issuer.goDown();
    issuer.advance(5);
    for (let use = 0; use < 100; use += 1) await check();
    expect(fetches()).toBe(2);
    issuer.advance(0.499);
    await check();
    expect(fetches()).toBe(2);
    issuer.advance(0.001);
    await check();
    expect(fetches()).toBe(3);
  });

  test('is not asked over and over in the background either', async () => {
    await check();
    issuer.goDown();
    issuer.advance(2.1);
    for (let use = 0; use < 100; use += 1) {
      await check();
      await Promise.resolve();
    }
    await settle();
    expect(fetches()).toBeLessThanOrEqual(3);
  });

  test('is known again at the next request after its return', async () => {
    await check();
    issuer.goDown();
    issuer.advance(40);
    expect(await check()).toBe('unavailable');
    issuer.comeBack();
    issuer.advance(0.5);
    expect(await check()).toBe('valid');
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

  test('is given up after a second, and the copy serves', async () => {
    await check();
    issuer.answer = lose;
    issuer.advance(5);
    let answer: unknown = 'pending';
    void Promise.all([check(), check()]).then((both) => {
      answer = both;
    });
    await pass(0.999);
    expect(answer).toBe('pending');
    await pass(0.001);
    expect(answer).toEqual(['valid', 'valid']);
    expect(issuer.losses).toEqual([{ url: LIST_URL, cause: 'deadline' }]);
  });

  test('is asked again half a second later, and then the list is as new', async () => {
    issuer.answer = async (url) => (url === LIST_URL ? lose() : issuer.trueAnswer(url));
    const waiting = check();
    await pass(1);
    expect(await waiting).toBe('unavailable');
    issuer.comeBack();
    issuer.endedPlaces.add(PLACE);
    await pass(0.5);
    expect(await check()).toBe('revoked');
    expect(fetches()).toBe(2);
  });

  test('is given up by the next caller of an instance whose timers did not run', async () => {
    await check();
    issuer.answer = lose;
    issuer.advance(5);
    const waiting = check();
    issuer.comeBack();
    issuer.endedPlaces.add(PLACE);
    issuer.advance(20);
    expect(await check()).toBe('valid');
    expect(await waiting).toBe('valid');
    issuer.advance(0.5);
    expect(await check()).toBe('revoked');
  });

  test('of the key set, when a list names a new key, costs that list a second and no more', async () => {
    await check();
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    issuer.listSigner = next;
    issuer.advance(10);
    issuer.answer = async (url) => (url === KEY_SET_URL ? lose() : issuer.trueAnswer(url));
    const waiting = check();
    await pass(1);
    expect(await waiting).toBe('valid');
    await pass(1);
    issuer.comeBack();
    expect(await check()).toBe('valid');
  });
});

test('a list that comes after its deadline does not replace the newer one', async () => {
  await check();
  const release: (() => void)[] = [];
  const old = await issuer.listToken();
  issuer.answer = async (url) =>
    url === LIST_URL
      ? new Promise((resolve) => release.push(() => resolve(new Response(old, { headers: { etag: '"old"' } }))))
      : issuer.trueAnswer(url);
  issuer.advance(2.5);
  expect(await check()).toBe('valid');
  issuer.endedPlaces.add(PLACE);
  issuer.comeBack();
  issuer.advance(1);
  await check();
  issuer.advance(0.5);
  expect(await check()).toBe('revoked');
  for (const answer of release) answer();
  await settle();
  expect(release).toHaveLength(1);
  expect(await check()).toBe('revoked');
  expect(issuer.losses).toEqual([{ url: LIST_URL, cause: 'deadline' }]);
});

test('a list without an end is not read on', async () => {
  let bytes = 0;
  issuer.answer = async (url) =>
    url === LIST_URL
      ? new Response(
          new ReadableStream({
            pull(controller) {
              bytes += 16_384;
              controller.enqueue(new Uint8Array(16_384).fill(0x61));
            },
          }),
        )
      : issuer.trueAnswer(url);
  expect(await check()).toBe('unavailable');
  expect(bytes).toBeLessThan(256 * 1_024);
  expect(issuer.losses).toEqual([{ url: LIST_URL, cause: 'body_too_large' }]);
});

describe('an answer that is no list of the issuer', () => {
  const answers: [string, () => Promise<Response>][] = [
    ['an error', async () => new Response('x', { status: 500 })],
    ['a list with status 404', async () => new Response(await issuer.listToken(), { status: 404 })],
    ['a redirect', async () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })],
    ['a page', async () => new Response('<html>')],
    ['an access token', async () => new Response(await issuer.token())],
    ['another list of the issuer', async () => new Response(await issuer.listToken(issuer.now(), 8))],
    ['an expired list', async () => new Response(await issuer.listToken(issuer.now() - 121))],
    ['a list from the future', async () => new Response(await issuer.listToken(issuer.now() + 120))],
    [
      'a list of another signer',
      async () => new Response(await new FakeIssuer(await testKey()).listToken(issuer.now())),
    ],
    ['a changed list', async () => new Response(`${(await issuer.listToken()).slice(0, -8)}AAAAAAAA`)],
  ];

  test.each(answers)('is never believed: %s', async (_name, answer) => {
    issuer.answer = async (url) => (url === LIST_URL ? answer() : issuer.trueAnswer(url));
    expect(await check()).toBe('unavailable');
  });

  test.each(answers)('does not replace a copy: %s', async (_name, answer) => {
    issuer.endedPlaces.add(PLACE);
    await check();
    issuer.endedPlaces.clear();
    issuer.answer = async (url) => (url === LIST_URL ? answer() : issuer.trueAnswer(url));
    issuer.advance(5);
    expect(await check()).toBe('revoked');
    issuer.advance(26);
    expect(await check()).toBe('unavailable');
  });
});

describe('a list that has not changed', () => {
  /** Answers as the issuer does: 304 to a verifier that holds the text which `etag` names. */
  const answerWithEtag = (token: () => Promise<string>, etag: () => string) => {
    issuer.answer = async (url, { headers }) => {
      if (url !== LIST_URL) return issuer.trueAnswer(url);
      const isHeld = new Headers(headers).get('if-none-match') === etag();
      return new Response(isHeld ? null : await token(), { status: isHeld ? 304 : 200, headers: { etag: etag() } });
    };
  };
  const asked = () =>
    issuer.asked
      .filter(({ url }) => url === LIST_URL)
      .map(({ init }) => new Headers(init.headers).get('if-none-match'));

  test('is confirmed by 304, without being sent again', async () => {
    const token = await issuer.listToken();
    answerWithEtag(
      async () => token,
      () => '"one"',
    );
    for (let second = 0; second < 55; second += 5) {
      expect(await check()).toBe('valid');
      issuer.advance(5);
    }
    expect(new Set(asked())).toEqual(new Set([null, '"one"']));
  });

  test('still ends at its own exp: 304 gives it no new life', async () => {
    const token = await issuer.listToken();
    answerWithEtag(
      async () => token,
      () => '"one"',
    );
    expect(await check()).toBe('valid');
    issuer.advance(119.9);
    expect(await check()).toBe('valid');
    issuer.advance(0.1);
    expect(await check()).toBe('unavailable');
  });

  test('is replaced as soon as it has changed, and then asked for by its new name', async () => {
    let etag = '"one"';
    answerWithEtag(
      () => issuer.listToken(),
      () => etag,
    );
    expect(await check()).toBe('valid');
    issuer.advance(5);
    expect(await check()).toBe('valid');
    issuer.endedPlaces.add(PLACE);
    etag = '"two"';
    issuer.advance(5);
    expect(await check()).toBe('revoked');
    issuer.advance(5);
    expect(await check()).toBe('revoked');
    expect(asked()).toEqual([null, '"one"', '"one"', '"two"']);
  });

  test('is not invented by a 304 that nobody asked for', async () => {
    issuer.answer = async (url) => (url === LIST_URL ? new Response(null, { status: 304 }) : issuer.trueAnswer(url));
    expect(await check()).toBe('unavailable');
  });

  test('is not confirmed by a 304 when it has no name', async () => {
    await check();
    issuer.answer = async (url) => (url === LIST_URL ? new Response(null, { status: 304 }) : issuer.trueAnswer(url));
    issuer.advance(31);
    expect(await check()).toBe('unavailable');
  });
});

describe('an older list', () => {
  test('never replaces a newer one, however often it is replayed', async () => {
    const before = await issuer.listToken();
    issuer.advance(5);
    issuer.endedPlaces.add(PLACE);
    expect(await check()).toBe('revoked');
    issuer.answer = async (url) => (url === LIST_URL ? new Response(before) : issuer.trueAnswer(url));
    for (let second = 0; second < 30; second += 1) {
      issuer.advance(1);
      expect(await check()).toBe('revoked');
      await issuer.settled();
    }
    issuer.advance(1);
    expect(await check()).toBe('unavailable');
  });

  test('that is the same one again keeps its copy fresh', async () => {
    const token = await issuer.listToken();
    issuer.answer = async (url) => (url === LIST_URL ? new Response(token) : issuer.trueAnswer(url));
    for (let second = 0; second < 55; second += 5) {
      expect(await check()).toBe('valid');
      issuer.advance(5);
    }
  });

  test('is not kept beyond its own exp', async () => {
    const token = await issuer.listToken();
    issuer.answer = async (url) => (url === LIST_URL ? new Response(token) : issuer.trueAnswer(url));
    issuer.advance(118);
    expect(await check()).toBe('valid');
    issuer.advance(1.9);
    expect(await check()).toBe('valid');
    issuer.advance(0.1);
    expect(await check()).toBe('unavailable');
  });
});

describe('addresses', () => {
  test.each([
    'https://evil.example/status-lists/7',
    `${ISSUER}/status-lists/07`,
    `${ISSUER}/status-lists/7?x`,
    `${ISSUER}/status-lists/../admin`,
    `${ISSUER}.evil.example/status-lists/7`,
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    '',
  ])('%j is never asked, and nothing is valid by it', async (uri) => {
    expect(await check(uri)).not.toBe('valid');
    expect(issuer.asked).toEqual([]);
  });

  test('are asked at the place where the issuer is reached from here', async () => {
    const options = { issuer: ISSUER, fetchOrigin: 'http://127.0.0.1:3000', maxStaleSeconds: 30 };
    const inside = statusLists(options, remoteJwkSet(KEY_SET_URL, issuer.surroundings), issuer.surroundings);
    expect(await inside.check(LIST_URI, PLACE)).toBe('valid');
    expect(issuer.countOf('http://127.0.0.1:3000/status-lists/7')).toBe(1);
  });

  test('are asked without cookies, redirects and caches', async () => {
    await check();
    const { init } = issuer.asked.find(({ url }) => url === LIST_URL) ?? {};
    expect(init).toMatchObject({ redirect: 'manual', cache: 'no-store', signal: expect.any(AbortSignal) });
    expect([...new Headers(init?.headers)]).toEqual([['accept', 'application/statuslist+jwt']]);
  });

  test('of a thousand lists do not fill the memory, and each still answers', async () => {
    for (let list = 0; list < 1_000; list += 1) {
      expect(await lists.check(`${ISSUER}/status-lists/${list}`, PLACE)).toBe('valid');
    }
    const before = issuer.asked.length;
    // The last 256 are held, and each of them is as good as new.
    for (let list = 744; list < 1_000; list += 1) await lists.check(`${ISSUER}/status-lists/${list}`, PLACE);
    expect(issuer.asked.length).toBe(before);
    // What came before is forgotten, and asked for again.
    for (const list of [0, 1, 500, 743]) await lists.check(`${ISSUER}/status-lists/${list}`, PLACE);
    expect(issuer.asked.length).toBe(before + 4);
    // A thousand signatures and their verification take their time on a busy machine.
  }, 30_000);
});

test('a list signed by a key that we do not know yet brings the key', async () => {
  await check();
  const next = await testKey();
  const other = new FakeIssuer(next);
  issuer.published = [issuer.signer, next];
  issuer.advance(10);
  issuer.answer = async (url) =>
    url === LIST_URL ? new Response(await other.listToken(issuer.now())) : issuer.trueAnswer(url);
  other.endedPlaces.add(PLACE);
  expect(await check()).toBe('revoked');
});
