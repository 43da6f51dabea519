import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { importJwkSet } from '@/lib/core/keys/jwk-set';
import { SIGNING_ALGORITHMS } from '@/lib/core/keys/signing-key';
import { db } from '@/lib/server/database/client';
import { revokeKey } from '@/lib/server/keys/rotation';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, send, type Target } from '@/tests/support/http/requests';
import { kidIn, publishedKids, rotateNow } from '@/tests/support/keys';
import { ageRotation, COOKIE, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

/** How long another process may not know of a change of keys: its state is a second old at most. */
const KNOWN_WITHIN_MS = 2_000;
const KEY_SET = '/.well-known/jwks.json';

const { url: databaseUrl } = await useDatabase();
const first = await useServer({ databaseUrl });
const second = await useServer({ databaseUrl });

const refresh = (server: Target, token: string) =>
  send(server, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: token } });
const session = (server: Target, token: string) =>
  send(server, '/api/auth/session', { cookies: { [COOKIE.access]: token } });
const bearer = (server: Target, token: string) =>
  send(server, '/api/auth/session', { headers: { authorization: `Bearer ${token}` } });
const kidOf = (token: string | undefined) => decodeProtectedHeader(token ?? '').kid;

const keySet = async (server: Target, headers = {}): Promise<Answer> => send(server, KEY_SET, { headers });
const kidsOf = async (answer: Answer) => [...((await importJwkSet(answer.json())) ?? new Map()).keys()].sort();

/** A session and an access token of it that this server issued, in a grace window that is over. */
async function signedBy(server: Target) {
  const prepared = await prepareSession();
  const refreshed = await refresh(server, prepared.refreshToken);
  expect(refreshed.status).toBe(200);
  await ageRotation(prepared.id, 31);
  const { [COOKIE.access]: accessToken = '', [COOKIE.refresh]: refreshToken = '' } = refreshed.cookies;
  return { id: prepared.id, accessToken, refreshToken };
}

describe.each(SIGNING_ALGORITHMS)('a rotation to %s', (algorithm) => {
  it('is followed within two seconds by a process that was idle, and every older token goes on', async () => {
    const before = await signedBy(second);
    expect((await session(second, before.accessToken)).status).toBe(200);
    const { promoted, retired } = await rotateNow(algorithm);
    const rotatedAt = performance.now();
    expect(kidOf(before.accessToken)).toBe(retired?.kid);
    const isFollowed = async () => kidOf((await signedBy(second)).accessToken) === promoted.kid;
    await expect.poll(isFollowed, { timeout: KNOWN_WITHIN_MS, interval: 100 }).toBe(true);
    expect(performance.now() - rotatedAt).toBeLessThan(KNOWN_WITHIN_MS);

    const after = await signedBy(second);
    expect(decodeProtectedHeader(after.accessToken)).toMatchObject({ kid: promoted.kid, alg: algorithm });
    for (const server of [first, second]) {
      // A key that waited for its two minutes is known everywhere; this one was made a moment ago.
      const knows = async () => (await kidsOf(await keySet(server))).includes(promoted.kid);
      await expect.poll(knows, { timeout: KNOWN_WITHIN_MS, interval: 100 }).toBe(true);
      for (const { accessToken } of [before, after]) {
        expect((await session(server, accessToken)).status).toBe(200);
        expect((await bearer(server, accessToken)).status).toBe(200);
      }
    }
    expect((await refresh(first, before.refreshToken)).status).toBe(200);
  });
});

describe('the key set', () => {
  it('may be kept for a minute, and its ETag changes with every change of what is published', async () => {
    const etags = new Set<string>();
    const look = async () => {
      const published = await publishedKids();
      const isKnown = async () => (await kidsOf(await keySet(first))).join() === published.join();
      await expect.poll(isKnown, { timeout: KNOWN_WITHIN_MS, interval: 100 }).toBe(true);
      const answer = await keySet(first);
      expect(answer.headers['cache-control']).toBe('public, max-age=60');
      const etag = answer.headers.etag ?? '';
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      expect(etags.has(etag)).toBe(false);
      etags.add(etag);
      expect((await keySet(first, { 'if-none-match': etag })).status).toBe(304);
      // The other process comes to the same, as late as any other may know.
      const statusOf = async () => (await keySet(second, { 'if-none-match': etag })).status;
      await expect.poll(statusOf, { timeout: KNOWN_WITHIN_MS, interval: 100 }).toBe(304);
    };
    await look();
    await rotateNow();
    await look();
    // As many keys as before, and the same one signs: only which one comes next has changed.
    await revokeKey(await kidIn('next'));
    await look();
    await db().$executeRaw`UPDATE "Key" SET "expiresAt" = now() WHERE purpose = 'signing' AND slot IS NULL`;
    await look();
  });

  it('is for pages of any origin, and holds no private member', async () => {
    const answer = await keySet(first, { origin: 'https://elsewhere.example' });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.text).not.toMatch(/"(?:d|p|q|dp|dq|qi|k)":/);
  });
});

// Promise: A revoked key leaves the key set at once
describe('a revoked key', () => {
  it('leaves the key set at once, and its tokens are refused by every process within two seconds', async () => {
    await rotateNow('ES256');
    await expect.poll(async () => kidOf((await signedBy(second)).accessToken)).toBe(await kidIn('current'));
    const { id, accessToken, refreshToken } = await signedBy(second);
    const kid = await kidIn('current');
    expect(kidOf(accessToken)).toBe(kid);
    for (const server of [first, second]) {
      const statusOf = async () => (await session(server, accessToken)).status;
      await expect.poll(statusOf, { timeout: KNOWN_WITHIN_MS, interval: 100 }).toBe(200);
    }

    expect(await revokeKey(kid)).toMatchObject({ kind: 'revoked' });
    const revokedAt = performance.now();
    for (const server of [first, second]) {
      for (const call of [session, bearer]) {
        const isRefused = async () => (await call(server, accessToken)).status === 401;
        await expect.poll(isRefused, { timeout: KNOWN_WITHIN_MS, interval: 50 }).toBe(true);
        expect(performance.now() - revokedAt).toBeLessThan(KNOWN_WITHIN_MS);
        expect(problemOf(await call(server, accessToken))).toBe('401 unauthenticated');
      }
      expect(await kidsOf(await keySet(server))).toEqual(await publishedKids());
      expect(await kidsOf(await keySet(server))).not.toContain(kid);
    }

    // No session ends: it gets a token of the key that signs now, which every process takes.
    const again = await refresh(first, refreshToken);
    expect(again.status).toBe(200);
    expect(kidOf(again.cookies[COOKIE.access])).toBe(await kidIn('current'));
    for (const server of [first, second]) {
      expect((await session(server, again.cookies[COOKIE.access] ?? '')).status).toBe(200);
    }
    expect(await db().session.findUnique({ where: { id } })).toMatchObject({ endedAt: null });
  });
});

describe('a key that has expired', () => {
  it('leaves memory and the key set of a running process by itself', async () => {
    const { accessToken } = await signedBy(first);
    await rotateNow();
    expect((await session(first, accessToken)).status).toBe(200);
    await db().$executeRaw`
      UPDATE "Key" SET "expiresAt" = now() + interval '2 seconds' WHERE purpose = 'signing' AND slot IS NULL`;
    expect((await session(first, accessToken)).status).toBe(200);
    const isRefused = async () => (await session(first, accessToken)).status === 401;
    await expect.poll(isRefused, { timeout: 5_000, interval: 100 }).toBe(true);
    expect(await kidsOf(await keySet(first))).toEqual([await kidIn('current'), await kidIn('next')].sort());
  });
});
