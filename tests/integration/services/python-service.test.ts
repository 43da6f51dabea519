import { describe, expect, test } from 'vitest';
import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { liveKeyring } from '@/lib/server/keys/live-keyring';
import { inTurns, send } from '@/tests/support/http/requests';
import { useIssuer } from '@/tests/support/services/issuer';
import { startPythonService } from '@/tests/support/services/services';
import { partsOf, readPart, signCompact, testKey } from '../../fixtures/signing';
import { rotateNow } from '../../support/keys';
import { type PreparedSession, prepareSession } from '../../support/people';

const issuer = await useIssuer();
const settings = { ISSUER: issuer.url, AUDIENCE: issuer.url };
const bearer = ({ accessToken }: PreparedSession) => `Bearer ${accessToken}`;
const headerOf = ({ accessToken }: PreparedSession) => readPart(partsOf(accessToken)[0]);

/** A session whose token is signed with `algorithm`: both processes learn within a second that the keys have changed. */
async function sessionSignedWith(algorithm: SigningAlgorithm): Promise<PreparedSession> {
  let session = await prepareSession();
  await expect
    .poll(
      async () => {
        session = await prepareSession();
        return headerOf(session)['alg'];
      },
      { timeout: 5_000, interval: 100 },
    )
    .toBe(algorithm);
  const isPublished = async () =>
    (await send(issuer.server, '/.well-known/jwks.json')).text.includes(String(headerOf(session)['kid']));
  await expect.poll(isPublished, { timeout: 5_000, interval: 100 }).toBe(true);
  return session;
}

describe.each<SigningAlgorithm>(['ES256', 'EdDSA', 'RS256'])(
  'a Python service as README shows it, with %s',
  (algorithm) => {
    test('takes our tokens, refuses what is not one, and refuses a session within 5 s of its end', async () => {
      if (algorithm !== 'ES256') await rotateNow(algorithm);
      const session = await sessionSignedWith(algorithm);
      const [leaving, staying] = [session, await prepareSession(session.person)];
      const service = await startPythonService(settings);
      const statusOf = async (authorization: string | null) => (await service.ask(authorization)).status;

      const accepted = await service.ask(bearer(leaving));
      expect([accepted.status, JSON.parse(accepted.body)]).toEqual([200, { sub: session.person.id }]);

      const [header, payload, signature] = partsOf(session.accessToken);
      const claims = readPart(payload);
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const mine = await testKey(algorithm);
      const { signing } = await liveKeyring();
      /** Genuine signatures over what the issuer never signs. */
      const issued = (changes: object, changedHeader: object = {}) =>
        signCompact({ ...readPart(header), ...changedHeader }, { ...claims, ...changes }, signing);
      const now = Math.floor(Date.now() / 1_000);
      const list = (idx: number, uri: string) => ({ iat: now - 10, status: { status_list: { idx, uri } } });
      expect(await statusOf(`Bearer ${await issued({})}`)).toBe(200);
      const refused = {
        'a changed claim': `${header}.${part({ ...claims, role: 'admin' })}.${signature}`,
        'no signature': `${part({ ...readPart(header), alg: 'none' })}.${payload}.`,
        'a key of its own': await signCompact({ ...readPart(header), kid: mine.kid }, claims, mine.signing),
        'a known kid, signed by another': await signCompact(readPart(header), claims, mine.signing),
        'another algorithm': await issued({}, { alg: algorithm === 'ES256' ? 'RS256' : 'ES256' }),
        'another type': await issued({}, { typ: 'JWT' }),
        'an extension that must be understood': await issued({}, { crit: ['exp'] }),
        expired: await issued({ exp: now }),
        'without end': await issued({ exp: undefined }),
        'from the future': await issued({ iat: now + 100 }),
        'of another issuer': await issued({ iss: 'https://other.example' }),
        'for another service': await issued({ aud: 'https://other.example' }),
        'for several services': await issued({ aud: [settings.AUDIENCE, 'https://other.example'] }),
        'without a list': await issued({ status: undefined }),
        'a list elsewhere': await issued(list(5, 'https://other.example/status-lists/0')),
        'a place outside of its list': await issued(list(2 ** 17, `${settings.ISSUER}/status-lists/0`)),
        'a refresh token': session.refreshToken,
        nonsense: 'nonsense',
      };
      const statuses = await Promise.all(
        Object.entries(refused).map(async ([name, token]) => [name, await statusOf(`Bearer ${token}`)]),
      );
      expect(statuses).toEqual(Object.keys(refused).map((name) => [name, 401]));
      expect(await statusOf(null)).toBe(401);
      expect((await service.ask(null)).headers['www-authenticate']).not.toContain('error');

      await issuer.signOut(leaving);
      const startedAt = performance.now();
      await expect.poll(() => statusOf(bearer(leaving)), { timeout: 5_000, interval: 50 }).toBe(401);
      console.log(`${algorithm}: refused ${((performance.now() - startedAt) / 1_000).toFixed(2)} s after sign-out`);
      expect(await statusOf(bearer(staying))).toBe(200);
    });
  },
);

test('a token for another service is refused', async () => {
  const service = await startPythonService({ ...settings, AUDIENCE: 'https://billing.example' });
  expect((await service.ask(bearer(await prepareSession()))).status).toBe(401);
});

test('an outage: known keys and lists serve for their time, then 503, and it comes back by itself', async () => {
  const session = await prepareSession();
  // README promises 30 s; waiting for them would prove no more.
  const service = await startPythonService({ ...settings, MAX_STALE_SECONDS: '3' });
  const statusOf = async () => (await service.ask(bearer(session))).status;
  const listRequests = async () => {
    await statusOf();
    return issuer.proxy.seen.filter((asked) => asked.startsWith('GET /status-lists/')).length;
  };
  const before = await listRequests();
  await expect.poll(listRequests, { timeout: 6_000, interval: 200 }).toBeGreaterThan(before);
  issuer.proxy.judge(() => 'cut');
  expect(await statusOf()).toBe(200);
  await expect.poll(statusOf, { timeout: 5_000, interval: 100 }).toBe(503);
  issuer.proxy.judge(() => 'pass');
  await expect.poll(statusOf, { timeout: 3_000, interval: 100 }).toBe(200);
});

test('1,000 tokens with unknown keys make one fetch in a cool-down', async () => {
  const service = await startPythonService(settings);
  const session = await prepareSession();
  const [, payload, signature] = partsOf(session.accessToken);
  expect((await service.ask(bearer(session))).status).toBe(200);
  issuer.takeCounts();
  const startedAt = performance.now();
  const answers = await inTurns(1_000, 16, (number) => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `k${number}` })).toString(
      'base64url',
    );
    return service.ask(`Bearer ${header}.${payload}.${signature}`);
  });
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(issuer.takeCounts()['GET /.well-known/jwks.json'] ?? 0).toBeLessThanOrEqual(Math.floor(seconds / 10) + 1);
});
