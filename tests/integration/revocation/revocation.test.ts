import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { beginReset, codeOf, createProtected } from '@/tests/support/factors';
import { accessTokenOfAge } from '@/tests/support/forged-tokens';
import { type Answer, SITE, send } from '@/tests/support/http/requests';
import {
  COOKIE,
  type Cookies,
  createPerson,
  only,
  PASSWORD,
  type Person,
  type PreparedSession,
  prepareSession,
  sessionRow,
  signIn,
} from '@/tests/support/people';
import type { TestServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';
import { startSeparateVerifier } from '../drills/separate-verifier';

/** What design and README promise: refused everywhere within so long. */
const BUDGET_MS = 5_000;
/** A token this old is past the three seconds in which its own age vouches for it. */
const OLD_SECONDS = 4;

const { url: databaseUrl } = await useDatabase();
const first = await useServer({ databaseUrl });
const second = await useServer({ databaseUrl });
/** A service of somebody else, who knows no more than the issuer's address. */
const verifier = startSeparateVerifier(SITE, `http://127.0.0.1:${second.port}`);
afterAll(() => verifier.stop());
const member = await createPerson({ hasPassword: true });

const signOut = (server: TestServer, cookies: Cookies) => send(server, '/api/auth/logout', { method: 'POST', cookies });

type Place = (server: TestServer, cookies: Cookies) => Promise<boolean>;

/** Accepted with 200, refused with `refusal`: any other answer, such as our own trouble, is neither. */
const place =
  (ask: (server: TestServer, cookies: Cookies) => Promise<{ status: number }>, ...refusal: number[]): Place =>
  async (server, cookies) => {
    const { status } = await ask(server, cookies);
    expect([200, ...refusal]).toContain(status);
    return status === 200;
  };

const dashboard = (server: TestServer, cookies: Cookies) => send(server, '/dashboard', { cookies });

const accepts: Readonly<Record<string, Place>> = {
  // Edge and page learn of it up to three seconds apart.
  'a page': place(dashboard, 303, 307),
  // The middleware leads to the login page with 303, the page's own guard with 307.
  'the edge in front of a page': async (server, cookies) => (await dashboard(server, cookies)).status !== 303,
  'an API behind the middleware': place((server, cookies) => send(server, '/api/me', { cookies }), 401),
  'an API without the middleware': place((server, cookies) => send(server, '/api/auth/session', { cookies }), 401),
  'a Bearer call': place(
    (server, cookies) => send(server, '/api/me', { headers: { authorization: `Bearer ${cookies[COOKIE.access]}` } }),
    401,
  ),
};

type Asked = { readonly place: string; readonly ask: () => Promise<boolean> };

/** Wherever a copied access token may be tried, in both processes and in that of the service. */
function everywhere(copied: Cookies): Asked[] {
  const inService = async () => {
    const verdict = await verifier.verify(copied[COOKIE.access] ?? '');
    expect(['valid', 'revoked']).toContain(verdict);
    return verdict === 'valid';
  };
  const ours = [first, second].flatMap((server) =>
    Object.entries(accepts).map(([place, isAccepted]) => ({ place, ask: () => isAccepted(server, copied) })),
  );
  return [...ours, { place: 'a service', ask: inService }];
}

async function expectRefusal(asked: readonly Asked[], endedAt: number, why = ''): Promise<void> {
  await Promise.all(
    asked.map(async ({ place, ask }) => {
      await expect.poll(ask, { timeout: BUDGET_MS, interval: 250, message: `${place} ${why}` }).toBe(false);
      expect(performance.now() - endedAt, `${place} ${why}`).toBeLessThan(BUDGET_MS);
    }),
  );
}

// Promise: An access token is refused everywhere within five seconds
describe('a copied access token after sign-out', () => {
  it('is refused within five seconds by pages, APIs, Bearer calls and services in every process, and stays so', async () => {
    const session = await prepareSession(member);
    const copied = { [COOKIE.access]: await accessTokenOfAge(session, OLD_SECONDS) };
    const asked = everywhere(copied);
    for (const { place, ask } of asked) expect(await ask(), place).toBe(true);

    expect((await signOut(first, session.cookies)).status).toBe(204);
    const endedAt = performance.now();
    await expectRefusal(asked, endedAt);
    for (const { place, ask } of asked) expect(await ask(), place).toBe(false);
  });

  it.each([
    ['the person', 'DELETE FROM "User" WHERE id = $2 AND $1 <> \'\''],
    ['the session', 'DELETE FROM "Session" WHERE id = $1 AND "userId" = $2'],
  ])('is refused within five seconds when somebody deletes %s from the database by hand', async (_what, statement) => {
    const person = await createPerson();
    const session = await prepareSession(person);
    const copied = { [COOKIE.access]: await accessTokenOfAge(session, OLD_SECONDS) };
    const asked = everywhere(copied);
    for (const { place, ask } of asked) expect(await ask(), place).toBe(true);
    await sql(databaseUrl, statement, [session.id, person.id]);
    const deletedAt = performance.now();
    await expectRefusal(asked, deletedAt);
  });

  it('is not what the login page goes by: nobody is told that a deleted or disabled person is signed in', async () => {
    const login = async ({ cookies }: PreparedSession) => (await send(first, '/login', { cookies })).text;
    for (const change of ['DELETE FROM "User" WHERE id = $1', 'UPDATE "User" SET "disabledAt" = now() WHERE id = $1']) {
      const session = await prepareSession();
      expect(await login(session)).toContain('You are signed in');
      await sql(databaseUrl, change, [session.person.id]);
      const page = await login(session);
      expect(page).not.toContain('You are signed in');
      expect(page).toContain('Keep me signed in');
    }
  });

  it('is refused at once by the data access layer of the process that ended it', async () => {
    const cookies = await signIn(first, member);
    await send(first, '/api/auth/session', { cookies });
    await signOut(first, cookies);
    expect((await send(first, '/api/auth/session', { cookies: only(cookies, COOKIE.access) })).status).toBe(401);
    expect((await send(first, '/dashboard', { cookies: only(cookies, COOKIE.access) })).status).toBeOneOf([303, 307]);
  });

  it('is refused after five seconds by a process that was asked nothing meanwhile', async () => {
    const idle = second;
    const session = await prepareSession(member);
    const copied = { [COOKIE.access]: await accessTokenOfAge(session, OLD_SECONDS) };
    for (const isAccepted of Object.values(accepts)) expect(await isAccepted(idle, copied)).toBe(true);
    await signOut(first, session.cookies);
    // What is promised is a time: nothing tells of it before it is over, and asking would keep the process awake.
    await sleep(BUDGET_MS);
    const answers = await Promise.all(Object.values(accepts).map((isAccepted) => isAccepted(idle, copied)));
    expect(answers).toEqual(answers.map(() => false));
  });

  it('is refused when another device ended the session', async () => {
    const mine = await signIn(first, member);
    const other = await signIn(first, member);
    expect((await send(first, '/api/auth/sessions', { method: 'DELETE', cookies: mine })).status).toBe(204);
    expect((await send(first, '/api/auth/session', { cookies: other })).status).toBe(401);
    expect((await send(first, '/api/auth/refresh', { method: 'POST', cookies: other })).status).toBe(401);
    expect((await send(first, '/api/auth/session', { cookies: mine })).status).toBe(200);
  });
});

describe('a session of somebody whose second factors changed elsewhere', () => {
  const MFA = ['pwd', 'otp', 'mfa'];
  const post = (path: string, { cookies }: PreparedSession, json: object = {}) =>
    send(first, path, { method: 'POST', cookies, json });

  /** Whose factors change, and how. */
  const changes: Readonly<Record<string, () => Promise<readonly [Person, (by: PreparedSession) => Promise<Answer>]>>> =
    {
      'by a first one': async () => [
        await createPerson({ hasPassword: true }),
        async (by) => {
          const { ceremony, secret } = (await post('/api/account/totp', by)).json() as {
            ceremony: string;
            secret: string;
          };
          return post('/api/account/totp/confirm', by, { ceremony, code: codeOf(secret) });
        },
      ],
      'by the end of one': async () => [
        await createProtected(),
        ({ cookies }) => send(first, '/api/account/totp?last=true', { method: 'DELETE', cookies }),
      ],
      'by a reset': async () => {
        const owner = await createProtected();
        await beginReset(owner, 'due');
        const json = { email: owner.email, password: PASSWORD };
        return [owner, () => send(first, '/api/auth/login', { method: 'POST', json })];
      },
    };

  it('changes nothing and is not renewed from that moment on, and is refused everywhere within five seconds', async () => {
    const cases = await Promise.all(
      Object.entries(changes).map(async ([why, begin]) => {
        const [person, change] = await begin();
        const [by, other] = [await prepareSession(person, true, MFA), await prepareSession(person, true, MFA)];
        const asked = everywhere({ [COOKIE.access]: await accessTokenOfAge(other, OLD_SECONDS) });
        for (const { place, ask } of asked) expect(await ask(), `${place} ${why}`).toBe(true);
        return { why, by, other, change, asked };
      }),
    );
    await Promise.all(
      cases.map(async ({ why, by, other, change, asked }) => {
        const changed = await change(by);
        expect([200, 204], `${why}: ${changed.text}`).toContain(changed.status);
        const endedAt = performance.now();
        // The other process has not heard of it, and asks the database.
        const guarded = await send(second, '/api/account/totp', { method: 'POST', cookies: other.accessOnly });
        const renewed = await send(second, '/api/auth/refresh', { method: 'POST', cookies: other.refreshOnly });
        expect([guarded.status, renewed.status], why).toEqual([401, 401]);
        await expectRefusal(asked, endedAt, why);
        expect((await sessionRow(other.id)).endReason, why).toBe('factor_changed');
      }),
    );
  });
});
