import { beforeEach, describe, expect, test } from 'vitest';
import { type KeySetSource, keySetSource } from '@/lib/verifier/key-set';
import { FakeIssuer, KEY_SET_URL, settle } from '../../fixtures/fake-issuer';
import { testKey } from '../../fixtures/signing';

let issuer: FakeIssuer;
let source: KeySetSource;

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  source = keySetSource(KEY_SET_URL, issuer.surroundings);
});

const currentKids = async () => [...(await source.current()).keys()];
const refetchedKids = async () => [...(await source.refetched()).keys()];
const fetches = () => issuer.countOf(KEY_SET_URL);

describe('the key set', () => {
  test('is fetched on first use and then kept', async () => {
    expect(fetches()).toBe(0);
    for (let use = 0; use < 10; use += 1) expect(await currentKids()).toEqual([issuer.signer.kid]);
    issuer.advance(59);
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

  test('is renewed after 60 s in the background, while the known keys serve', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    issuer.advance(60);
    issuer.hold();
    expect(await currentKids()).toEqual([issuer.signer.kid]);
    expect(fetches()).toBe(2);
    await issuer.letGo();
    expect(await currentKids()).toEqual([issuer.signer.kid, next.kid]);
  });

  test('is renewed by one fetch at a time, whoever asks meanwhile', async () => {
    await source.current();
    issuer.advance(61);
    issuer.hold();
    for (let use = 0; use < 50; use += 1) await source.current();
    expect(fetches()).toBe(2);
    await issuer.letGo();
  });

  test('forgets a key that was withdrawn', async () => {
    await source.current();
    const next = await testKey();
    issuer.published = [next];
    issuer.advance(60);
    await source.current();
    await settle();
    expect(await currentKids()).toEqual([next.kid]);
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
    expect(await refetchedKids()).toEqual([issuer.signer.kid]);
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

describe('a kid that we do not know', () => {
  test('makes one fetch in ten seconds, however many there are (C17)', async () => {
    await source.current();
    issuer.advance(10);
    for (let attack = 0; attack < 1_000; attack += 1) await source.refetched();
    expect(fetches()).toBe(2);
    issuer.advance(9.9);
    for (let attack = 0; attack < 1_000; attack += 1) await source.refetched();
    expect(fetches()).toBe(2);
    issuer.advance(0.1);
    await source.refetched();
    expect(fetches()).toBe(3);
  });

  test('makes one fetch when a thousand come at the same time', async () => {
    await source.current();
    issuer.advance(10);
    issuer.hold();
    const all = Promise.all(Array.from({ length: 1_000 }, () => source.refetched()));
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
    issuer.advance(61);
    issuer.published = [next];
    issuer.hold();
    await source.current();
    const waiting = refetchedKids();
    await issuer.letGo();
    expect(await waiting).toEqual([next.kid]);
    expect(fetches()).toBe(2);
  });

  test('does not start the cool-down over', async () => {
    await source.current();
    for (let second = 0; second < 10; second += 1) {
      issuer.advance(1);
      await source.refetched();
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
