import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SigningAlgorithm } from '@/lib/core/keys/signing-key';
import { db } from '@/lib/server/database/client';
import { revokeKey } from '@/lib/server/keys/rotation';
import { findFreePort } from '@/scripts/free-port.mjs';
import { useDatabase } from '@/tests/support/database/use-database';
import { atOnce, inTurns, send } from '@/tests/support/http/requests';
import { kidIn, rotateNow } from '@/tests/support/keys';
import { prepareSession } from '@/tests/support/people';
import { isWhole, proved, roundsOf } from '@/tests/support/proof';
import { testEnvironment } from '@/tests/support/server/environment';
import { startServer } from '@/tests/support/server/server';
import {
  asSeenBy,
  browserClient,
  type DrillClient,
  type Journal,
  pageClient,
  programClient,
  programSession,
} from './clients';
import { startSeparateVerifier } from './separate-verifier';

/** Fifty below `npm run prove`. Beside other tests so many would ask more of the machine than of the keys. */
const CLIENTS = { pages: roundsOf(20), browser: roundsOf(15), program: roundsOf(15) } as const;
const LOAD_SECONDS = 42;
/** When keys rotate, in seconds from the start, and to what: the default first, then two other algorithms. */
const ROTATIONS: readonly (readonly [atSecond: number, algorithm?: SigningAlgorithm])[] = [
  [6],
  [17, 'EdDSA'],
  [28, 'RS256'],
];
/** A verifier looks once in 10 s for a key that only a token names. In life a key is published long before it signs. */
const COOL_DOWN_SECONDS = 10.2;
const PAUSE_MS = 800;
/** Clients of a slow server hurry less, as people do: it is keys that are tried here, not how much the machine can bear. */
const PAUSE_PER_WAIT = 10;
/** Of the clients, after the emergency: a crowd that a busy server would have to turn away says nothing of keys. */
const AT_ONCE = 5;
/** How far apart a client's renewals are: past the grace, also when one of them takes a second. */
const RENEW_EVERY_SECONDS = 13;
/** No honest request may take half of it (DECISIONS 2): long enough for a machine that is busy with something else. */
const GRACE_SECONDS = 12;
/** What the runbook promises after an emergency: of the middleware and of our verifier, long before a key set is old. */
const REFUSED_WITHIN_SECONDS = 5;
/** A busy machine may keep the verifier waiting for its lists; no longer than this. */
const VERIFIER_WITHIN_MS = 15_000;
/** A machine on which a page takes longer, because it is busy with something else, gets so much more time. */
const CALM_PAGE_MS = 60;

const { url: databaseUrl } = await useDatabase();
const port = await findFreePort();
// Under its true address, so that the separate verifier needs to be told nothing else.
Object.assign(process.env, testEnvironment(databaseUrl, port));
const server = await startServer({
  databaseUrl,
  port,
  env: { ACCESS_TOKEN_TTL_SECONDS: '120', REFRESH_GRACE_SECONDS: String(GRACE_SECONDS) },
});
afterAll(() => server.stop());
const verifier = startSeparateVerifier(server.origin);
afterAll(() => verifier.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (line: string) => process.stdout.write(`Rotation drill: ${line}\n`);
const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

const journal: Journal = { requests: 0, comebacks: 0, failures: [] };
const clients: readonly DrillClient[] = [
  ...(await atOnce(CLIENTS.pages, async () => pageClient(server, await prepareSession(), journal))),
  ...(await atOnce(CLIENTS.browser, async () => browserClient(server, await prepareSession(), journal))),
  ...(await atOnce(CLIENTS.program, async () => programClient(server, await programSession(), journal))),
];

// Its first look at the lists may take a busy machine longer than it waits: a service is asked once it is up.
beforeAll(async () => {
  const isUp = async () => expect(await verifier.verify(clients[0]?.accessToken() ?? '')).toBe('valid');
  await vi.waitFor(isUp, { timeout: 20_000, interval: 200 });
});

/**
 * Has a verifier, which knows public facts only, accept what a client holds, and names the key that signed it. Where the
 * issuer answers it too late it refuses nothing: it says so, a service answers 503 with `Retry-After`, and is asked again.
 */
async function bringToVerifier({ kind, accessToken }: DrillClient): Promise<string> {
  const token = accessToken();
  const giveUpMs = performance.now() + VERIFIER_WITHIN_MS;
  let verdict = await verifier.verify(token);
  while (verdict === 'status_unavailable' && performance.now() < giveUpMs) {
    await pause(PAUSE_MS);
    verdict = await verifier.verify(token);
  }
  if (verdict !== 'valid') journal.failures.push(`the separate verifier, of a ${kind} token: ${verdict}`);
  return kidOf(token);
}

// Promise: Keys rotate three times under fifty clients
/**
 * The wait of 120 s between publication and promotion is left out by making the next key older, and the other algorithms'
 * keys sign in the very second that they are published: every cached key set is older than the key, which is harder on
 * the caches than a rotation in life.
 */
test('keys rotate three times under load: no request fails and nobody is logged out', async () => {
  const kids = new Set<string>();
  const renewed = new Set<DrillClient>();
  let renewals = 0;
  let verified = 0;
  let isOver = false;
  const startedAt = performance.now();
  const secondsIn = () => (performance.now() - startedAt) / 1_000;

  async function live(client: DrillClient, number: number): Promise<void> {
    await pause((number * PAUSE_MS) / clients.length);
    let renewAt = (number * RENEW_EVERY_SECONDS) / clients.length;
    while (!isOver) {
      const askedAt = performance.now();
      if (secondsIn() >= renewAt) {
        renewAt = secondsIn() + RENEW_EVERY_SECONDS;
        renewals += 1;
        await client.renew();
        renewed.add(client);
      } else {
        await client.use();
      }
      verified += 1;
      kids.add(await bringToVerifier(client));
      await pause(Math.max(PAUSE_MS, PAUSE_PER_WAIT * (performance.now() - askedAt)));
    }
  }
  /** A key signs until a verifier has met a token of it: on a slow machine that is later. */
  const inUse = (kid = '') => vi.waitFor(() => expect(kids).toContain(kid), { timeout: 30_000, interval: 200 });
  async function rotateAll(): Promise<string[]> {
    const current = [await kidIn('current')];
    try {
      for (const [atSecond, algorithm] of ROTATIONS) {
        await inUse(current.at(-1));
        await pause((Math.max(atSecond, secondsIn() + COOL_DOWN_SECONDS) - secondsIn()) * 1_000);
        current.push((await rotateNow(algorithm)).promoted.kid);
      }
      await pause((LOAD_SECONDS - secondsIn()) * 1_000);
      await inUse(current.at(-1));
      // On a slow machine the last of the clients comes to renew later.
      await vi.waitFor(() => expect(renewed.size).toBe(clients.length), { timeout: 30_000, interval: 200 });
    } finally {
      isOver = true;
    }
    return current;
  }
  const [signed] = await Promise.all([rotateAll(), ...clients.map(live)]);

  const { requests, comebacks, failures } = journal;
  proved({
    what: `requests of ${clients.length} clients while keys rotate`,
    tried: requests,
    held: requests - failures.length,
  });
  expect(failures).toEqual([]);
  if (isWhole) expect(comebacks).toBe(0);
  expect(await harm()).toEqual({ ended: 0, reuses: 0 });
  expect([...kids].sort()).toEqual([...signed].sort());
  const keys = await db().key.findMany({ where: { id: { in: signed } }, select: { algorithm: true } });
  expect(keys.map(({ algorithm }) => algorithm).sort()).toEqual(['ES256', 'ES256', 'EdDSA', 'RS256']);
  const { _sum } = await db().session.aggregate({ _sum: { counter: true } });
  expect(Number(_sum.counter), 'refresh tokens that rotated').toBeGreaterThan(0.9 * renewals);
  say(
    `${clients.length} clients, ${LOAD_SECONDS} s, ${ROTATIONS.length} rotations of the key: ${journal.requests} requests, ` +
      `${renewals} of them renewals (${_sum.counter} rotations of refresh tokens), 0 failed, ${comebacks} told to come back, 0 sessions ended; ` +
      `a separate verifier took all ${verified} tokens and asked the issuer ${await verifier.fetches()} times`,
  );
}, 120_000);

test('after an emergency its tokens are refused everywhere in the published time, and no session is lost', async () => {
  journal.failures.length = 0;
  // Tokens of this process live longer than a key set may be kept: only their key can refuse them.
  const stolen = (await prepareSession()).accessToken;
  const bystander = await prepareSession();
  const revokedKid = await kidIn('current');
  expect(kidOf(stolen)).toBe(revokedKid);
  expect(await verifier.verify(stolen)).toBe('valid');
  const within = REFUSED_WITHIN_SECONDS * (await slowness(bystander.cookies));
  const outcome = await revokeKey(revokedKid);
  const revokedAt = performance.now();

  const untilVerifierRefuses = secondsUntil(revokedAt, async () => (await verifier.verify(stolen)) === 'unknown_key');
  const byIssuer = await secondsUntil(revokedAt, async () => (await askWith(stolen)) === 401);
  // Until the middleware refuses the token as the page does, it renews nothing, and the page leads to the login page.
  const byMiddleware = await secondsUntil(revokedAt, async () => (await openPage(bystander.cookies)) === 200);
  const byVerifier = await untilVerifierRefuses;
  expect(byIssuer).toBeLessThan(within);
  expect(byMiddleware).toBeLessThan(within);
  expect(byVerifier).toBeLessThan(within);

  for (const turn of ['renew', 'use'] as const) {
    await inTurns(clients.length, AT_ONCE, async (n) => clients[n]?.[turn]());
  }
  await Promise.all(clients.map(bringToVerifier));
  expect(journal.failures).toEqual([]);
  expect(await harm()).toEqual({ ended: 0, reuses: 0 });
  const successor = await kidIn('current');
  expect(outcome).toMatchObject({ kind: 'revoked', promoted: { kid: successor } });
  expect(new Set(clients.map(({ accessToken }) => kidOf(accessToken())))).toEqual(new Set([successor]));
  say(
    `emergency: a token of the revoked key is refused by the issuer after ${byIssuer.toFixed(1)} s, by the middleware after ` +
      `${byMiddleware.toFixed(1)} s, by a separate verifier after ${byVerifier.toFixed(1)} s; ${clients.length} sessions go on`,
  );
}, 120_000);

/** How many times as long as expected this machine takes for a page that changes nothing. */
async function slowness(cookies: Record<string, string>): Promise<number> {
  const waits: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const askedAt = performance.now();
    await openPage(cookies);
    waits.push(performance.now() - askedAt);
  }
  const median = waits.sort((a, b) => a - b)[2] ?? 0;
  return Math.max(1, median / CALM_PAGE_MS);
}

/** What a rotation must never do to sessions. */
async function harm() {
  const ended = await db().session.count({ where: { endedAt: { not: null } } });
  const reuses = await db().auditEvent.count({ where: { type: 'refresh_reuse' } });
  return { ended, reuses };
}

const askWith = async (token: string): Promise<number> =>
  (await send(server, '/api/auth/session', { headers: { ...asSeenBy(server), authorization: `Bearer ${token}` } }))
    .status;

const openPage = async (cookies: Record<string, string>): Promise<number> =>
  (await send(server, '/dashboard', { cookies, headers: asSeenBy(server) })).status;

/** Seconds from `start` until `isSo`, asked five times a second. */
async function secondsUntil(start: number, isSo: () => Promise<boolean>): Promise<number> {
  await expect.poll(isSo, { timeout: 75_000, interval: 200 }).toBe(true);
  return (performance.now() - start) / 1_000;
}
