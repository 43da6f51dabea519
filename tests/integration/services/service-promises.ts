import { describe, expect, onTestFinished, test } from 'vitest';
import { signIn } from '@/examples/node/client.mjs';
import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { changeRole } from '@/lib/server/sessions/role-change';
import { inTurns, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, PASSWORD, type PreparedSession, prepareSession } from '@/tests/support/people';
import { startListener } from '@/tests/support/server/proxies';
import { useIssuer } from '@/tests/support/services/issuer';
import { startRedirectingFront } from '@/tests/support/services/redirecting-front';
import { type Language, prepareService, type Service, startService } from '@/tests/support/services/services';
import { encodePart, partsOf, readPart } from '../../fixtures/signing';
import { rotateNow } from '../../support/keys';
import { FOREIGN_LISTS, hostileTokens, issuedLike } from './hostile-tokens';

const JWKS = '/.well-known/jwks.json';
const [JWKS_REQUEST, LIST_REQUEST] = [`GET ${JWKS}`, 'GET /status-lists/0'];
const PARTS = 20;
/** The parts begin so far apart: together they take longer than an unknown key keeps others waiting, 10 s. */
const PART_SECONDS = 0.55;
const UNKNOWN_KEYS = 1_000;
const UNKNOWN_A_PART = UNKNOWN_KEYS / PARTS;
const CONCURRENCY = 32;

const nowSeconds = () => Math.floor(Date.now() / 1_000);
const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000;
const sleepSeconds = (seconds: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds) * 1_000));
const bearer = ({ accessToken }: PreparedSession) => `Bearer ${accessToken}`;
const headerOf = ({ accessToken }: PreparedSession) => readPart(partsOf(accessToken)[0]);

/** Rejects when the answer does not have `status` within so many seconds; else after how many it had. */
async function untilStatus(status: number, ask: () => Promise<{ status: number }>, withinSeconds: number) {
  const startedAt = performance.now();
  while ((await ask()).status !== status) {
    if (secondsSince(startedAt) > withinSeconds) throw new Error(`not ${status} within ${withinSeconds} s`);
    await sleepSeconds(0.05);
  }
  return secondsSince(startedAt);
}

type Expectation = {
  /** How many genuine requests are made of it, in eleven seconds or more. */
  readonly requests: number;
  /** What it says to a token whose list lies where this issuer has none: that it is not good, or that its status is unavailable. */
  readonly foreignList: 401 | 503;
};

/** What docs/verify-in-your-service.md promises of a service in another house, whatever its language. */
export async function provePromises(language: Language, { requests, foreignList }: Expectation): Promise<void> {
  const issuer = await useIssuer();
  await prepareService(language);
  const settings = { ISSUER: issuer.url, AUDIENCE: issuer.url };
  const start = (more: Record<string, string> = {}) => startService(language, { ...settings, ...more });

  /** A session whose token is signed with `algorithm`: both processes learn within a second that the keys changed. */
  async function sessionSignedWith(algorithm: SigningAlgorithm): Promise<PreparedSession> {
    let session = await prepareSession();
    const signedWith = async () => {
      session = await prepareSession();
      return headerOf(session)['alg'];
    };
    await expect.poll(signedWith, { timeout: 5_000, interval: 100 }).toBe(algorithm);
    const isPublished = async () => (await send(issuer.server, JWKS)).text.includes(String(headerOf(session)['kid']));
    await expect.poll(isPublished, { timeout: 5_000, interval: 100 }).toBe(true);
    return session;
  }

  test('asks for a list once in 2 s, for the key set once in 10 s of unknown keys, and for nothing per token', async () => {
    const [service, session] = [await start(), await prepareSession()];
    const [header, payload, signature] = partsOf(session.accessToken);
    const unknown = (number: number) =>
      `Bearer ${encodePart({ ...readPart(header), kid: `unknown${number}` })}.${payload}.${signature}`;
    // Younger tokens need no list.
    const token = `Bearer ${await (await issuedLike(session))({ iat: nowSeconds() - 10 })}`;
    expect((await service.ask(token)).status).toBe(200);
    issuer.takeCounts();
    const startedAt = performance.now();
    const statuses = { genuine: new Set<number>(), unknown: new Set<number>() };
    for (let part = 0; part < PARTS; part += 1) {
      const genuine = await inTurns(requests / PARTS, CONCURRENCY, () => service.ask(token));
      for (const { status } of genuine) statuses.genuine.add(status);
      const first = part * UNKNOWN_A_PART;
      const foreign = await inTurns(UNKNOWN_A_PART, CONCURRENCY, (n) => service.ask(unknown(first + n)));
      for (const { status } of foreign) statuses.unknown.add(status);
      await sleepSeconds((part + 1) * PART_SECONDS - secondsSince(startedAt));
    }
    const seconds = secondsSince(startedAt);
    const { [LIST_REQUEST]: lists = 0, [JWKS_REQUEST]: keySets = 0, ...others } = issuer.takeCounts();
    console.log(
      `${language}: ${requests} requests and ${UNKNOWN_KEYS} unknown keys in ${seconds.toFixed(1)} s: asked ${lists} times for the list, ${keySets} for the key set`,
    );
    expect(statuses).toEqual({ genuine: new Set([200]), unknown: new Set([401]) });
    expect(lists).toBeGreaterThan(2);
    expect(lists).toBeLessThanOrEqual(Math.floor(seconds / 2) + 1);
    expect(keySets).toBeGreaterThan(0);
    expect(keySets).toBeLessThanOrEqual(Math.floor(seconds / 10) + 1);
    expect(others).toEqual({});
  });

  test('refuses in the words of RFC 6750', async () => {
    const [service, session] = [await start(), await prepareSession()];
    const elsewhere = await start({ AUDIENCE: 'https://billing.example' });
    const challengeOf = async (authorization: string | null, by: Service = service) => {
      const { status, headers } = await by.ask(authorization);
      return `${status} ${/error="(\w+)"/.exec(headers['www-authenticate'] ?? '')?.[1]}`;
    };
    expect(await challengeOf(null)).toBe('401 undefined');
    expect(await challengeOf('Basic bWVtYmVyOnBhc3N3b3Jk')).toBe('401 undefined');
    expect(await challengeOf('Bearer')).toBe('400 invalid_request');
    expect(await challengeOf('Bearer two words')).toBe('400 invalid_request');
    expect(await challengeOf(bearer(session), elsewhere)).toBe('401 invalid_token');
    expect(await challengeOf(`Bearer ${session.refreshToken}`)).toBe('401 invalid_token');
    expect((await service.ask(null)).headers['www-authenticate']).toMatch(/^Bearer realm=/);
    expect(await challengeOf(bearer(session).replace('Bearer ', 'bearer  '))).toBe('200 undefined');
  });

  test('refuses a token whose role changed within 5 s, says that a refresh helps, and takes the fresh one', async () => {
    const person = await createPerson({ hasPassword: true });
    const [service, session] = [await start(), await prepareSession(person)];
    const ask = await signIn({ issuer: issuer.url, email: person.email, password: PASSWORD });
    const asProgram = async () => (await ask(service.url)).json();
    expect([(await service.ask(bearer(session))).status, await asProgram()]).toEqual([
      200,
      { sub: person.id, role: 'member' },
    ]);
    await changeRole(person.email, 'admin');
    const seconds = await untilStatus(401, () => service.ask(bearer(session)), 5);
    console.log(`${language}: refused ${seconds.toFixed(2)} s after a change of role`);
    const { headers } = await service.ask(bearer(session));
    expect(headers['www-authenticate']).toMatch(/error="invalid_token".*stale: refresh it/);
    // The program of examples/node is not told of any of this: it asks again by itself.
    await expect.poll(asProgram, { timeout: 5_000 }).toEqual({ sub: person.id, role: 'admin' });
    const renewed = await send(issuer.server, '/api/auth/refresh', { method: 'POST', cookies: session.refreshOnly });
    const fresh = await service.ask(`Bearer ${renewed.cookies[COOKIE.access]}`);
    expect([fresh.status, JSON.parse(fresh.body)]).toEqual([200, { sub: person.id, role: 'admin' }]);
  });

  // The others have no guard of this kind.
  if (language === 'node') {
    test('has whoever has an old proof sign in again before a transfer (RFC 9470), and takes the new one', async () => {
      const [service, session] = [await start(), await prepareSession()];
      const now = nowSeconds();
      const issued = await issuedLike(session);
      const old = `Bearer ${await issued({ iat: now, auth_time: now - 601 })}`;
      expect((await service.ask(old)).status).toBe(200);
      const { status, headers } = await service.ask(old, '/transfers');
      expect([status, headers['www-authenticate']]).toEqual([
        401,
        expect.stringMatching(/error="insufficient_user_authentication".*max_age="600"/),
      ]);
      const fresh = `Bearer ${await issued({ iat: now, auth_time: now })}`;
      expect((await service.ask(fresh, '/transfers')).status).toBe(200);
    });
  }

  describe.each<SigningAlgorithm>(['ES256', 'EdDSA', 'RS256'])('with %s', (algorithm) => {
    test('takes our tokens, refuses what is not one, and refuses a session within 5 s of its end', async () => {
      if (algorithm !== 'ES256') await rotateNow(algorithm);
      const leaving = await sessionSignedWith(algorithm);
      const [staying, service] = [await prepareSession(leaving.person), await start()];
      const statusOf = async (authorization: string) => (await service.ask(authorization)).status;

      const accepted = await service.ask(bearer(leaving));
      expect([accepted.status, JSON.parse(accepted.body)]).toEqual([200, { sub: leaving.person.id, role: 'member' }]);
      const issued = await issuedLike(leaving);
      const iat = nowSeconds() - 10;
      expect(await statusOf(`Bearer ${await issued()}`)).toBe(200);
      expect(await statusOf(`Bearer ${await issued({ iat, exp: iat + 900 })}`)).toBe(200);

      const hostile = Object.entries(await hostileTokens(leaving, algorithm, settings));
      const statuses = await Promise.all(
        hostile.map(async ([name, token]) => [name, await statusOf(`Bearer ${token}`)]),
      );
      expect(statuses).toEqual(hostile.map(([name]) => [name, FOREIGN_LISTS.includes(name) ? foreignList : 401]));

      await issuer.signOut(leaving);
      const seconds = await untilStatus(401, () => service.ask(bearer(leaving)), 5);
      console.log(`${language}, ${algorithm}: refused ${seconds.toFixed(2)} s after sign-out`);
      expect(await statusOf(bearer(staying))).toBe(200);
      expect(await statusOf(bearer(leaving))).toBe(401);
    });
  });

  test('goes on through an outage of the issuer for its time, then answers 503, and comes back by itself', async () => {
    // The document promises 30 s; waiting for them would prove no more.
    const [patient, impatient] = [await start(), await start({ MAX_STALE_SECONDS: '4' })];
    const [session, ended] = [await prepareSession(), await prepareSession()];
    await issuer.signOut(ended);
    await untilStatus(401, () => impatient.ask(bearer(ended)), 6);
    expect((await patient.ask(bearer(session))).status).toBe(200);
    issuer.proxy.judge(() => 'cut');
    const seen = new Set<number>();
    const downFor = await untilStatus(
      503,
      async () => {
        const [answer, refused] = [await impatient.ask(bearer(session)), await impatient.ask(bearer(ended))];
        seen.add(answer.status);
        expect([401, 503]).toContain(refused.status);
        return answer;
      },
      8,
    );
    expect(seen).toEqual(new Set([200, 503]));
    // Its copy was at most 3 s old when the outage began.
    expect(downFor).toBeGreaterThan(0.9);
    expect(downFor).toBeLessThanOrEqual(5);
    expect(Number((await impatient.ask(bearer(session))).headers['retry-after'])).toBeGreaterThan(0);
    expect((await patient.ask(bearer(session))).status).toBe(200);
    issuer.proxy.judge(() => 'pass');
    const backAfter = await untilStatus(200, () => impatient.ask(bearer(session)), 3);
    console.log(
      `${language}: 503 after ${downFor.toFixed(1)} s of an outage (4 s allowed), back ${backAfter.toFixed(1)} s after its end`,
    );
    expect((await impatient.ask(bearer(ended))).status).toBe(401);
  });

  test('follows no redirect: what stands in front of the issuer cannot send it elsewhere', async () => {
    const front = await startRedirectingFront(issuer.url);
    onTestFinished(() => front.close());
    const service = await start({ ISSUER: front.origin, AUDIENCE: front.origin });
    const issued = await issuedLike(await prepareSession());
    const status = { status_list: { idx: 5, uri: `${front.origin}/status-lists/0` } };
    const answerTo = async (ageSeconds: number) => {
      const iat = nowSeconds() - ageSeconds;
      return service.ask(`Bearer ${await issued({ iss: front.origin, aud: front.origin, iat, status })}`);
    };
    issuer.takeCounts();
    expect((await answerTo(0)).status).toBe(503);
    expect(issuer.takeCounts()).toEqual({});
    // With the keys a young token is good; an older one needs a list, which the front does not hand on.
    front.answer(JWKS);
    await untilStatus(200, () => answerTo(0), 3);
    expect((await answerTo(10)).status).toBe(503);
    expect(Object.keys(issuer.takeCounts())).toEqual([JWKS_REQUEST]);
  });

  test('uses no proxy of its environment', async () => {
    const proxy = await startListener();
    onTestFinished(() => proxy.close());
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
    const environment = Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${proxy.port}`]));
    // An address for documents (RFC 5737): no machine answers there, and unlike this machine's own it would be proxied.
    const service = await start({ ...environment, ISSUER: 'http://192.0.2.1' });
    expect((await service.ask(bearer(await prepareSession()))).status).toBe(503);
    expect(proxy.connections()).toBe(0);
  });
}
