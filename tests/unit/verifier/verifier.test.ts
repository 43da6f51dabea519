import { beforeEach, describe, expect, test, vi } from 'vitest';
import { STATUS_LIST_RESIGN_SECONDS } from '@/lib/core/policy';
import { createVerifier, type Verifier, type VerifierOptions } from '@/lib/verifier/verifier';
import { ISSUER } from '../../fixtures/access-tokens';
import { NOW } from '../../fixtures/deterministic';
import { FakeIssuer, KEY_SET_URL, LIST_URL, placedAt } from '../../fixtures/fake-issuer';
import { macOf } from '../../fixtures/foreign-signatures';
import { testKey } from '../../fixtures/signing';

let issuer: FakeIssuer;
let verifier: Verifier;

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  verifier = createVerifier({ issuer: ISSUER, audience: ISSUER }, issuer.surroundings);
});

const outcome = async (token: string, by = verifier) => {
  const verified = await by.verify(token);
  return verified.ok ? 'accepted' : verified.code;
};

describe('a warm verifier', () => {
  test('asks nothing of anybody for a thousand tokens', async () => {
    const token = await issuer.token();
    await verifier.verify(token);
    const asked = issuer.asked.length;
    for (let use = 0; use < 1_000; use += 1) expect(await outcome(token)).toBe('accepted');
    expect(issuer.asked.length).toBe(asked);
    expect(asked).toBe(2);
  });

  test('gives the claims', async () => {
    const verified = await verifier.verify(await issuer.token(10, { role: 'admin' }));
    expect(verified).toMatchObject({ ok: true, value: { iss: ISSUER, role: 'admin', iat: NOW - 10 } });
  });

  test('looks at the clock of every request', async () => {
    const token = await issuer.token(10);
    expect(await outcome(token)).toBe('accepted');
    issuer.advance(289);
    expect(await outcome(token)).toBe('accepted');
    issuer.advance(1);
    expect(await outcome(token)).toBe('expired');
  });

  test('asks only the key set and the list, and tells neither anything about the token', async () => {
    const token = await issuer.token();
    await verifier.verify(token);
    expect(issuer.asked.map(({ url }) => url)).toEqual([KEY_SET_URL, LIST_URL]);
    expect(JSON.stringify(issuer.asked)).not.toContain(token.slice(0, 20));
  });

  test('asks at the inner address when it has one, and still wants the public issuer', async () => {
    const inside = createVerifier(
      { issuer: ISSUER, audience: ISSUER, fetchOrigin: 'http://127.0.0.1:3000' },
      issuer.surroundings,
    );
    expect(await outcome(await issuer.token(), inside)).toBe('accepted');
    expect(await outcome(await issuer.token(10, { iss: 'http://127.0.0.1:3000' }), inside)).toBe('wrong_issuer');
    expect(issuer.asked.every(({ url }) => url.startsWith('http://127.0.0.1:3000/'))).toBe(true);
  });
});

describe('an ended session', () => {
  test('is revoked', async () => {
    issuer.endedPlaces.add(5);
    expect(await outcome(await issuer.token())).toBe('revoked');
    expect(await outcome(await issuer.token(10, placedAt(6)))).toBe('accepted');
  });

  test('stays revoked in every spelling that its signature allows', async () => {
    issuer.endedPlaces.add(5);
    expect(await outcome(await issuer.token(10, { jti: 'another-one' }))).toBe('revoked');
    expect(await outcome(await issuer.token(4, { sub: 'x' }))).toBe('revoked');
  });

  test('is noticed within 5 s of its end, token in hand', async () => {
    const token = await issuer.token();
    await verifier.verify(token);
    issuer.advance(0.01);
    issuer.endedPlaces.add(5);
    let seconds = 0;
    while ((await outcome(token)) === 'accepted' && seconds < 20) {
      await issuer.settled();
      issuer.advance(0.25);
      seconds += 0.25;
    }
    expect(seconds).toBeLessThanOrEqual(5);
  });
});

describe('a token younger than three seconds', () => {
  test.each([0, 1, 2])(
    'of %i s is vouched for by the database that has just issued it: no list is asked',
    async (age) => {
      issuer.endedPlaces.add(5);
      expect(await outcome(await issuer.token(age))).toBe('accepted');
      expect(issuer.countOf(LIST_URL)).toBe(0);
    },
  );

  test('of 3 s is not', async () => {
    issuer.endedPlaces.add(5);
    expect(await outcome(await issuer.token(3))).toBe('revoked');
  });

  test('from the future is not: by that it would be vouched for too long', async () => {
    issuer.endedPlaces.add(5);
    expect(await outcome(await issuer.token(-1))).toBe('revoked');
    expect(await outcome(await issuer.token(-30))).toBe('revoked');
  });

  test('needs no issuer, so that a fresh login works through an outage of the lists', async () => {
    await verifier.verify(await issuer.token());
    issuer.goDown();
    issuer.advance(40);
    expect(await outcome(await issuer.token(1))).toBe('accepted');
    expect(await outcome(await issuer.token(10))).toBe('status_unavailable');
  });

  test('needs everything else', async () => {
    expect(await outcome(await issuer.token(1, { aud: 'https://other.example' }))).toBe('wrong_audience');
    expect(await outcome(await issuer.token(1, { exp: NOW }))).toBe('expired');
    expect(await outcome(await issuer.token(1, {}, await testKey()))).toBe('unknown_key');
  });
});

describe('a key that was made while the key set was on its way', () => {
  test('is looked for once more, and its token is good', async () => {
    const older = await issuer.token();
    await verifier.verify(older);
    issuer.advance(31);
    // The routine fetch passes the issuer before the key is made, and arrives after.
    const passed = await issuer.trueAnswer(KEY_SET_URL);
    let arrive = () => {};
    const underWay = new Promise<Response>((resolve) => {
      arrive = () => resolve(passed);
    });
    let fetches = 0;
    issuer.answer = (url) => {
      if (url !== KEY_SET_URL) return issuer.trueAnswer(url);
      fetches += 1;
      return fetches === 1 ? underWay : issuer.trueAnswer(url);
    };
    expect(await outcome(older)).toBe('accepted');
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    const waiting = outcome(await issuer.token(1, {}, next));
    arrive();
    expect(await waiting).toBe('accepted');
    expect(fetches).toBe(2);
  });

  test('costs a stranger who makes keys up no second fetch in the cool-down', async () => {
    await verifier.verify(await issuer.token());
    issuer.advance(10);
    const asked = issuer.countOf(KEY_SET_URL);
    const madeUp = await testKey();
    for (let attack = 0; attack < 50; attack += 1) {
      expect(await outcome(await issuer.token(1, {}, madeUp))).toBe('unknown_key');
    }
    expect(issuer.countOf(KEY_SET_URL)).toBe(asked + 1);
  });
});

// Promise: A verifier whose issuer is down goes on
describe('when nobody can tell', () => {
  test('the answer is that, and not a refusal: no keys', async () => {
    issuer.goDown();
    expect(await outcome(await issuer.token())).toBe('status_unavailable');
  });

  test('the answer is that, and not a refusal: no list', async () => {
    issuer.answer = async (url) => (url === LIST_URL ? new Response('x', { status: 503 }) : issuer.trueAnswer(url));
    expect(await outcome(await issuer.token())).toBe('status_unavailable');
  });

  test('the answer is that, and not a refusal: a key that may have been published since', async () => {
    await verifier.verify(await issuer.token());
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    issuer.goDown();
    issuer.advance(10);
    for (let number = 0; number < 1_000; number += 1) {
      const forged = await macOf({ alg: 'ES256', typ: 'at+jwt', kid: `k${number}` }, { number }, 'x', 'HS256');
      expect(await outcome(forged)).toBe('status_unavailable');
    }
    expect(await outcome(await issuer.token(1, {}, next))).toBe('status_unavailable');
    expect(issuer.countOf(KEY_SET_URL)).toBe(2);
    issuer.comeBack();
    issuer.advance(10);
    expect(await outcome(await issuer.token(1, {}, next))).toBe('accepted');
  });

  test('what is certain is still said', async () => {
    issuer.goDown();
    expect(await outcome('nonsense')).toBe('malformed');
    expect(await outcome(await macOf({ alg: 'none', typ: 'JWT' }, {}, 'x', 'HS256'))).toBe('wrong_type');
  });

  test('for longer than maxStaleSeconds, which each service chooses', async () => {
    const patient = createVerifier({ issuer: ISSUER, audience: ISSUER, maxStaleSeconds: 60 }, issuer.surroundings);
    const token = await issuer.token();
    // The list as it is just before the issuer signs it anew.
    issuer.signedBefore = STATUS_LIST_RESIGN_SECONDS;
    expect([await outcome(token), await outcome(token, patient)]).toEqual(['accepted', 'accepted']);
    issuer.goDown();
    issuer.advance(30);
    expect([await outcome(token), await outcome(token, patient)]).toEqual(['accepted', 'accepted']);
    issuer.advance(0.1);
    expect([await outcome(token), await outcome(token, patient)]).toEqual(['status_unavailable', 'accepted']);
    issuer.advance(29.9);
    expect(await outcome(token, patient)).toBe('accepted');
    issuer.advance(0.1);
    expect(await outcome(token, patient)).toBe('status_unavailable');
  });
});

describe('keys', () => {
  test('a token of a key published since is accepted, after one look', async () => {
    await verifier.verify(await issuer.token());
    const next = await testKey();
    issuer.published = [issuer.signer, next];
    issuer.advance(10);
    expect(await outcome(await issuer.token(10, {}, next))).toBe('accepted');
    expect(issuer.countOf(KEY_SET_URL)).toBe(2);
  });

  test('a thousand tokens with unknown keys cost one fetch in a cool-down, and genuine ones still pass (C17)', async () => {
    const genuine = await issuer.token();
    await verifier.verify(genuine);
    issuer.advance(10);
    const before = issuer.countOf(KEY_SET_URL);
    for (let number = 0; number < 1_000; number += 1) {
      const forged = await macOf({ alg: 'ES256', typ: 'at+jwt', kid: `k${number}` }, { number }, 'x', 'HS256');
      expect(await outcome(forged)).toBe('unknown_key');
    }
    expect(issuer.countOf(KEY_SET_URL)).toBe(before + 1);
    expect(await outcome(genuine)).toBe('accepted');
  });

  test('forged tokens of every other kind cost no request at all', async () => {
    const genuine = await issuer.token();
    await verifier.verify(genuine);
    const before = issuer.asked.length;
    const { kid } = issuer.signer;
    for (const header of [{ alg: 'none' }, { jku: 'https://listener.example' }, { typ: 'JWT' }, { alg: 'HS256' }, {}]) {
      await verifier.verify(
        await macOf(
          { alg: 'ES256', typ: 'at+jwt', kid, ...header },
          placedAt(5, 'https://listener.example/x'),
          'x',
          'HS256',
        ),
      );
    }
    for (const text of ['', '...', 'x'.repeat(10_000)]) await verifier.verify(text);
    expect(issuer.asked.length).toBe(before);
  });

  test('a withdrawn key is refused everywhere about a minute later', async () => {
    const leaked = issuer.signer;
    await verifier.verify(await issuer.token());
    issuer.published = [await testKey()];
    issuer.advance(60);
    await verifier.verify(await issuer.token());
    await issuer.settled();
    expect(await outcome(await issuer.token(1, { role: 'admin' }, leaked))).toBe('unknown_key');
  });

  test('a withdrawn key is refused within 5 s by an instance that is asked all the time: a list of another key tells', async () => {
    const leaked = issuer.signer;
    await verifier.verify(await issuer.token());
    const next = await testKey();
    issuer.published = [leaked, next];
    issuer.advance(31);
    await verifier.verify(await issuer.token(10, {}, next));
    await issuer.settled();
    issuer.published = [next];
    issuer.listSigner = next;
    let seconds = 0;
    while ((await outcome(await issuer.token(10, {}, leaked))) === 'accepted' && seconds < 60) {
      await issuer.settled();
      issuer.advance(0.25);
      seconds += 0.25;
    }
    expect(seconds).toBeLessThan(5);
    expect(await outcome(await issuer.token(10, {}, next))).toBe('accepted');
  });

  test('a withdrawn key is refused by an instance that was idle since', async () => {
    const leaked = issuer.signer;
    await verifier.verify(await issuer.token());
    issuer.published = [await testKey()];
    issuer.advance(3_600);
    expect(await outcome(await issuer.token(1, { role: 'admin' }, leaked))).toBe('unknown_key');
  });
});

test('a genuine token that points at a list elsewhere is not accepted, and nobody is asked there', async () => {
  for (const uri of [
    'https://listener.example/status-lists/7',
    `${ISSUER}/status-lists/7/../../admin`,
    `${ISSUER}/status-lists/007`,
  ]) {
    expect(await outcome(await issuer.token(10, placedAt(5, uri)))).not.toBe('accepted');
  }
  expect(new Set(issuer.asked.map(({ url }) => url))).toEqual(new Set([KEY_SET_URL]));
});

test.each<[string, Partial<VerifierOptions>]>([
  ['an issuer with a slash at its end', { issuer: `${ISSUER}/` }],
  ['an issuer with a path', { issuer: `${ISSUER}/realm` }],
  ['an issuer without a scheme', { issuer: 'app.handstamp.example' }],
  ['no issuer', { issuer: '' }],
  ['an inner address with a path', { fetchOrigin: 'http://127.0.0.1:3000/auth' }],
  ['no audience', { audience: '' }],
  ['an audience that is no text', JSON.parse('{"audience":["https://billing.example"]}')],
  ['staleness that is no number', { maxStaleSeconds: Number.NaN }],
  ['negative staleness', { maxStaleSeconds: -1 }],
  ['staleness that no list lives to see', { maxStaleSeconds: 60.1 }],
  ['endless staleness', { maxStaleSeconds: Number.POSITIVE_INFINITY }],
])('a verifier with %s is refused when it is made, with the name of the option', (_name, options) => {
  const [option] = Object.keys(options);
  const make = () => createVerifier({ issuer: ISSUER, audience: ISSUER, ...options }, issuer.surroundings);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(new RegExp(`^${option}: an? (?:origin|text|number) `));
});

test('a service may bring a report alone, and hears of a fetch that brought nothing', async () => {
  const { fetch: answer } = issuer.surroundings;
  vi.stubGlobal('fetch', answer);
  const causes: string[] = [];
  const own = createVerifier({ issuer: ISSUER, audience: ISSUER }, { report: ({ cause }) => causes.push(cause) });
  issuer.answer = async () => new Response('', { status: 502 });
  expect(await outcome(await issuer.token(), own)).toBe('status_unavailable');
  expect(causes).toEqual(['status 502']);
  vi.unstubAllGlobals();
});

test('a report that throws costs nobody an answer', async () => {
  const report = () => {
    throw new Error('the log is full');
  };
  const own = createVerifier({ issuer: ISSUER, audience: ISSUER }, { ...issuer.surroundings, report });
  expect(await outcome(await issuer.token(), own)).toBe('accepted');
  issuer.goDown();
  issuer.advance(31);
  expect(await outcome(await issuer.token(), own)).toBe('status_unavailable');
  issuer.comeBack();
  issuer.advance(1);
  expect(await outcome(await issuer.token(), own)).toBe('accepted');
});

test('two verifiers share nothing', async () => {
  const other = createVerifier({ issuer: ISSUER, audience: 'https://billing.example' }, issuer.surroundings);
  expect(await outcome(await issuer.token())).toBe('accepted');
  expect(await outcome(await issuer.token(), other)).toBe('wrong_audience');
  expect(await outcome(await issuer.token(10, { aud: 'https://billing.example' }), other)).toBe('accepted');
});
