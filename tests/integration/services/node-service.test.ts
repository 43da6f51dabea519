import { describe, expect, test } from 'vitest';
import { inTurns } from '@/tests/support/http/requests';
import { useIssuer } from '@/tests/support/services/issuer';
import { startNodeService } from '@/tests/support/services/services';
import { partsOf } from '../../fixtures/signing';
import { type PreparedSession, prepareSession } from '../../support/people';

const JWKS = 'GET /.well-known/jwks.json';
const LIST = 'GET /status-lists/0';
const sleepSeconds = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
const CONCURRENCY = 32;

const issuer = await useIssuer();
const settings = { ISSUER: issuer.url, AUDIENCE: issuer.url };
const service = await startNodeService(settings);
/** README promises 30 s; waiting for them would prove no more. */
const impatient = await startNodeService({ ...settings, MAX_STALE_SECONDS: '4' });
const elsewhere = await startNodeService({ ...settings, AUDIENCE: 'https://billing.example' });

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000;
const bearer = ({ accessToken }: PreparedSession) => `Bearer ${accessToken}`;

async function untilStatus(status: number, ask: () => Promise<{ status: number }>, withinSeconds: number) {
  const startedAt = performance.now();
  while ((await ask()).status !== status) {
    if (secondsSince(startedAt) > withinSeconds) throw new Error(`not ${status} within ${withinSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return secondsSince(startedAt);
}

describe('a Node service as README shows it', () => {
  test('lets in whoever brings a token of the issuer, and knows who it is', async () => {
    const session = await prepareSession();
    const answer = await service.ask(bearer(session));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ sub: session.person.id, role: 'member' });
  });

  test('refuses in the words of RFC 6750', async () => {
    const session = await prepareSession();
    const [header, payload, signature] = partsOf(session.accessToken);
    const challengeOf = async (authorization: string | null, by = service) => {
      const { status, headers } = await by.ask(authorization);
      return `${status} ${/error="(\w+)"/.exec(headers['www-authenticate'] ?? '')?.[1]}`;
    };
    expect(await challengeOf(null)).toBe('401 undefined');
    expect(await challengeOf('Bearer')).toBe('400 invalid_request');
    expect(await challengeOf(bearer(session), elsewhere)).toBe('401 invalid_token');
    expect(await challengeOf(`Bearer ${session.refreshToken}`)).toBe('401 invalid_token');
    expect(await challengeOf(`Bearer ${header}.${payload}.${signature.split('').reverse().join('')}`)).toBe(
      '401 invalid_token',
    );
    expect((await service.ask(null)).headers['www-authenticate']).toMatch(/^Bearer realm=/);
  });

  test('asks for a list once in 2 s, for the key set once in 10 s of unknown keys, and for nothing per token', async () => {
    const session = await prepareSession();
    const [, payload, signature] = partsOf(session.accessToken);
    const forged = (number: number) => {
      const header = { alg: 'ES256', typ: 'at+jwt', kid: `unknown${number}` };
      return `Bearer ${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
    };
    // Younger tokens need no list.
    await sleepSeconds(3.1);
    await service.ask(bearer(session));
    issuer.takeCounts();
    const startedAt = performance.now();
    const genuine = new Set<number>();
    const unknown = new Set<number>();
    for (let part = 0; part < 20; part += 1) {
      for (const { status } of await inTurns(500, CONCURRENCY, () => service.ask(bearer(session)))) genuine.add(status);
      for (const { status } of await inTurns(50, CONCURRENCY, (n) => service.ask(forged(part * 50 + n))))
        unknown.add(status);
      await sleepSeconds(Math.max(0, (part + 1) * 0.55 - secondsSince(startedAt)));
    }
    const seconds = secondsSince(startedAt);
    const { [LIST]: lists = 0, [JWKS]: keySets = 0, ...others } = issuer.takeCounts();
    console.log(
      `10,000 requests and 1,000 unknown keys in ${seconds.toFixed(1)} s: asked ${lists} times for the list, ${keySets} for the key set`,
    );
    expect([genuine, unknown]).toEqual([new Set([200]), new Set([401])]);
    expect(lists).toBeGreaterThan(2);
    expect(lists).toBeLessThanOrEqual(Math.floor(seconds / 2) + 1);
    expect(keySets).toBeGreaterThan(0);
    expect(keySets).toBeLessThanOrEqual(Math.floor(seconds / 10) + 1);
    expect(others).toEqual({});
  });

  test('refuses a session within 5 s of its sign-out, and no other one', async () => {
    const [leaving, staying] = [await prepareSession(), await prepareSession()];
    await service.ask(bearer(leaving));
    await issuer.signOut(leaving);
    const seconds = await untilStatus(401, () => service.ask(bearer(leaving)), 5);
    console.log(`refused ${seconds.toFixed(2)} s after sign-out`);
    expect((await service.ask(bearer(staying))).status).toBe(200);
    expect((await service.ask(bearer(leaving))).status).toBe(401);
  });

  test('goes on through an outage of the issuer for its time, then answers 503, and comes back by itself', async () => {
    const [session, ended] = [await prepareSession(), await prepareSession()];
    await issuer.signOut(ended);
    await untilStatus(401, () => impatient.ask(bearer(ended)), 6);
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
    const { headers } = await impatient.ask(bearer(session));
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    // The patient one, 30 s, still goes on.
    expect((await service.ask(bearer(session))).status).toBe(200);
    issuer.proxy.judge(() => 'pass');
    const backAfter = await untilStatus(200, () => impatient.ask(bearer(session)), 3);
    console.log(
      `503 after ${downFor.toFixed(1)} s of an outage (4 s allowed), back ${backAfter.toFixed(1)} s after its end`,
    );
    expect((await impatient.ask(bearer(ended))).status).toBe(401);
  });
});
