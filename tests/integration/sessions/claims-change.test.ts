import { afterEach, describe, expect, it, vi } from 'vitest';
import { db, type Transaction } from '@/lib/server/database/client';
import type { RequestFacts } from '@/lib/server/http/request-facts';
import { claimsChanged } from '@/lib/server/sessions/claims-change';
import { claimsOfNow } from '@/lib/server/sessions/claims-of-now';
import { verifyOwnToken } from '@/lib/server/sessions/current-user';
import { refresh } from '@/lib/server/sessions/refresh';
import { changeRole } from '@/lib/server/sessions/role-change';
import { beginSession } from '@/lib/server/sessions/start';
import { untilWaiting } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { claimsOf as claimsIn } from '@/tests/support/http/programs';
import { atOnce, inTurns, SITE, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, type Person, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';
import { browserClient, type Journal, pageClient, programClient, programSession } from '../drills/clients';

/** What claims.ts of a product may do. */
const product = vi.hoisted(() => ({ claimsOf: (): unknown => ({}) }));
vi.mock('@/claims', () => ({ claimsOf: () => product.claimsOf() }));

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const facts: RequestFacts = { userAgent: null, device: null, ip: null };
/** Of a token here, in this process: the change and the look at it are in one. */
const isStale = async (token: string) => (await verifyOwnToken(token, [SITE]))?.isStale;
const renewed = async (refreshToken: string) => {
  const outcome = await refresh(refreshToken, 'browser', facts);
  if (!outcome.ok) throw new Error(outcome.code);
  return outcome.value;
};
const roleIn = (token: string) => claimsIn(token)['role'];
const open = (cookies: Record<string, string>) => send(server, '/dashboard', { cookies });

afterEach(() => {
  product.claimsOf = () => ({});
});

/** Gives a role as `changeRole` does, and commits when `work`, which runs meanwhile, waits for it. */
async function promoteDuring<T>({ id }: Person, work: () => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined;
  await db().$transaction(async (tx) => {
    await tx.$executeRaw`UPDATE "User" SET role = 'admin' WHERE id = ${id}`;
    await claimsChanged(id, tx);
    running = work();
    await untilWaiting(databaseUrl, 1, AbortSignal.timeout(15_000));
  });
  if (running === undefined) throw new Error('Nothing ran');
  return running;
}

// Promise: A change of role or of other claims reaches every verifier within 5 seconds, and signs nobody out
describe('a person whose role changed', () => {
  it('goes on in every browser: old tokens are stale at once, and a refresh brings the new role', async () => {
    const person = await createPerson();
    const [one, two] = [await prepareSession(person), await prepareSession(person)];
    const other = await prepareSession();
    await changeRole(person.email, 'admin');
    expect(await Promise.all([one, two, other].map(({ accessToken }) => isStale(accessToken)))).toEqual([
      ...[true, true],
      false,
    ]);
    for (const { id, refreshToken } of [one, two]) {
      const { accessToken } = await renewed(refreshToken);
      expect([roleIn(accessToken), await isStale(accessToken)]).toEqual(['admin', false]);
      expect((await sessionRow(id)).endedAt).toBeNull();
    }
  });

  it('is answered by the same refresh token within the grace window, too, and not in a circle', async () => {
    const { person, refreshToken } = await prepareSession();
    const first = await renewed(refreshToken);
    await changeRole(person.email, 'admin');
    const again = await renewed(refreshToken);
    expect([first, again].map(({ accessToken }) => roleIn(accessToken))).toEqual(['member', 'admin']);
    expect(await isStale(again.accessToken)).toBe(false);
  });

  it('is renewed by the middleware on the way to a page, and by handlers, with no look at the login page', async () => {
    const session = await prepareSession();
    await changeRole(session.person.email, 'admin');
    // Until the middleware has seen the list, the page itself knows; after that the visitor has a new token.
    const seen = new Set<number>();
    await expect
      .poll(
        async () => {
          const { status, cookies } = await open(session.cookies);
          seen.add(status);
          return roleIn(cookies[COOKIE.access] ?? session.accessToken);
        },
        { timeout: 10_000 },
      )
      .toBe('admin');
    expect([...seen]).toEqual([200]);
    const handled = await send(server, '/api/auth/session', { cookies: session.cookies });
    expect([handled.status, roleIn(handled.cookies[COOKIE.access] ?? session.accessToken)]).toEqual([200, 'admin']);
  });

  it('is told to refresh as a program, and has the new role then', async () => {
    const { accessToken, accessOnly, refreshOnly, person } = await prepareSession();
    const ask = (headers: Record<string, string>, cookies: Record<string, string> = {}) =>
      send(server, '/api/me', { headers, cookies });
    const asProgram = () => ask({ authorization: `Bearer ${accessToken}` });
    expect((await asProgram()).status).toBe(200);
    await changeRole(person.email, 'admin');
    await expect.poll(async () => (await asProgram()).status, { timeout: 5_000 }).toBe(401);
    expect((await asProgram()).headers['www-authenticate']).toMatch(/error="invalid_token".*stale: refresh it/);
    expect((await ask({}, accessOnly)).status).toBe(401);
    expect((await ask({}, refreshOnly)).json()).toMatchObject({ user: { role: 'admin' } });
  });

  it('notices nothing at work: fifty clients, in browsers and programs, whose roles change while they ask', async () => {
    const journal: Journal = { requests: 0, comebacks: 0, failures: [] };
    const site = { ...server, origin: SITE };
    const people = await atOnce(50, () => createPerson());
    const clients = await atOnce(50, async (n) => {
      if (n % 3 === 0) return programClient(site, await programSession(people[n]), journal);
      return (n % 3 === 1 ? pageClient : browserClient)(site, await prepareSession(people[n]), journal);
    });
    const roles = () => new Set(clients.map(({ accessToken }) => roleIn(accessToken())));
    const work = async () => {
      await inTurns(clients.length, 10, async (n) => {
        await clients[n]?.use();
      });
      return [...roles()];
    };
    expect(await work()).toEqual(['member']);
    for (const role of ['admin', 'member'] as const) {
      const [, changes] = await Promise.all([work(), Promise.all(people.map(({ email }) => changeRole(email, role)))]);
      expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['changed']));
      await expect.poll(work, { timeout: 20_000 }).toEqual([role]);
    }
    expect(journal).toMatchObject({ comebacks: 0, failures: [] });
    const ids = people.map(({ id }) => id);
    expect(await db().session.count({ where: { userId: { in: ids }, endedAt: null } })).toBe(50);
    expect(await db().auditEvent.count({ where: { type: 'refresh_reuse', userId: { in: ids } } })).toBe(0);
  });

  it('is known to a page whose token is stale, at one statement', async () => {
    const { accessToken, person, id } = await prepareSession();
    const claims = (await verifyOwnToken(accessToken, [SITE]))?.claims;
    if (claims === undefined) throw new Error('The token is not good');
    await changeRole(person.email, 'admin');
    expect(await claimsOfNow(claims, facts)).toEqual({ ...claims, role: 'admin' });
    await db().session.update({ where: { id }, data: { endedAt: new Date() } });
    expect(await claimsOfNow(claims, facts)).toBeNull();
  });

  it('has no token that says the old role and is good, whatever waited for the change: a refresh', async () => {
    const { person, refreshToken } = await prepareSession();
    const tokens = await promoteDuring(person, () => renewed(refreshToken));
    expect([roleIn(tokens.accessToken), tokens.isRefreshTokenNew]).toEqual(['admin', true]);
  });

  it('nor a sign-in', async () => {
    const person = await createPerson();
    const { accessToken } = await promoteDuring(person, () => prepareSession(person));
    expect(roleIn(accessToken)).toBe('admin');
  });

  it('nor a sign-in that was first, and which the change waited for', async () => {
    const person = await createPerson();
    let change: Promise<unknown> | undefined;
    const start = { userId: person.id, kind: 'browser', remember: true, amr: ['pwd'], facts } as const;
    const begun = await db().$transaction(async (tx: Transaction) => {
      const session = await beginSession({ ...start, broughtRefreshToken: null }, tx);
      change = claimsChanged(person.id);
      await untilWaiting(databaseUrl, 1, AbortSignal.timeout(15_000));
      return session;
    });
    await change;
    const { number } = (
      await db().$queryRaw<{ number: number }[]>`
      SELECT "statusNumber"::float8 AS number FROM "Revocation" WHERE status = 3 ORDER BY "revokedAt" DESC LIMIT 1`
    )[0] ?? {
      number: -1,
    };
    expect(begun).not.toBeNull();
    expect(JSON.stringify(begun)).toContain(`"statusNumber":${number}`);
  });
});

describe('claims of a product', () => {
  it('are in every token, and others from the next one on after claimsChanged', async () => {
    product.claimsOf = () => ({ plan: 'free' });
    const { accessToken, refreshToken, person } = await prepareSession();
    expect(claimsIn(accessToken)['plan']).toBe('free');
    product.claimsOf = () => ({ plan: 'pro' });
    await claimsChanged(person.id);
    expect(await isStale(accessToken)).toBe(true);
    const next = await renewed(refreshToken);
    expect([claimsIn(next.accessToken)['plan'], await isStale(next.accessToken)]).toEqual(['pro', false]);
  });

  it('change with the transaction that they are given, or not at all', async () => {
    const { accessToken, person, id } = await prepareSession();
    const before = (await sessionRow(id)).statusNumber;
    await expect(
      db().$transaction(async (tx) => {
        await claimsChanged(person.id, tx);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect([(await sessionRow(id)).statusNumber, await isStale(accessToken)]).toEqual([before, false]);
    await db().$transaction((tx) => claimsChanged(person.id, tx));
    await expect.poll(() => isStale(accessToken), { timeout: 5_000 }).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ['has a reserved name', () => ({ role: 'admin' })],
    ['is too large', () => ({ permissions: Array.from({ length: 60 }, (_, n) => `permission-${n}`) })],
    ['throws', () => Promise.reject(new Error('the plans are away'))],
    ['never comes', () => new Promise(() => undefined)],
  ])('are left out, and everybody stays signed in, when what claims.ts says %s', async (_name, claimsOf) => {
    const { refreshToken, id } = await prepareSession();
    product.claimsOf = claimsOf;
    const { accessToken } = await renewed(refreshToken);
    expect(claimsIn(accessToken)).toMatchObject({ role: 'member', sid: id });
    expect(claimsIn(accessToken)).not.toHaveProperty('permissions');
  });
});
