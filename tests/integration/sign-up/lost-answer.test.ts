import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode, otherThan } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer } from '@/tests/support/http/programs';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, only, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';
import { storedPassword } from '@/tests/support/stored-password';
import { beginSignUp } from '@/tests/support/waiting-sign-up';

// The answer that signs in may be lost on the way, and a button is pressed twice.

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
let people = 0;

async function begin(): Promise<{ email: string; code: string; pending: Cookies }> {
  people += 1;
  const email = `lost-${people}@people.test`;
  const { pending, code } = await beginSignUp(email, null, await storedPassword());
  return { email, code, pending: { [COOKIE.pending]: pending } };
}

const enter = (code: string, cookies: Cookies) =>
  send(server, '/api/auth/verify-email', { method: 'POST', json: { code }, cookies });
const refresh = (cookies: Cookies) => send(server, '/api/auth/refresh', { method: 'POST', cookies });

/** The session that an answer signs in to. */
async function sidOf({ cookies, status, text }: Answer): Promise<string> {
  expect(status, text).toBe(200);
  const session = await send(server, '/api/auth/session', bearer(cookies[COOKIE.access] ?? ''));
  return (session.json() as { sid: string }).sid;
}

const wait = (email: string, seconds: number) => db().$executeRaw`
  UPDATE "Ceremony" SET "consumedAt" = "consumedAt" - ${seconds} * interval '1 second' WHERE "consumedAt" IS NOT NULL
  AND EXISTS (SELECT 1 FROM "User" WHERE email = ${email})`;

// Promise: A mailed code that was entered twice within a minute
describe('the right code, entered a second time', () => {
  it('gives the same session and the same refresh token again, and both answers work, whichever is read last', async () => {
    const { email, code, pending } = await begin();
    const [first, second] = [await enter(code, pending), await enter(code, pending)];
    expect(await sidOf(second)).toBe(await sidOf(first));
    expect(second.cookies[COOKIE.refresh]).toBe(first.cookies[COOKIE.refresh]);
    expect(second.json()).toMatchObject({ user: { email, role: 'member' } });
    expect(await db().user.count({ where: { email } })).toBe(1);
    expect(await db().session.count({ where: { user: { email } } })).toBe(1);
    expect(await db().auditEvent.count({ where: { sessionId: await sidOf(first), type: 'signed_in' } })).toBe(1);
    expect((await refresh(only(first.cookies, COOKIE.refresh))).status).toBe(200);
  });

  it('at the same moment, by two requests and in any order, gives one account and one session to both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { email, code, pending } = await begin();
      const answers = await atOnce(2, () => enter(code, pending));
      const sids = await Promise.all(answers.map(sidOf));
      expect(new Set(sids).size).toBe(1);
      expect(await db().session.count({ where: { user: { email } } })).toBe(1);
    }
  });

  it('gives the newest refresh token where the session was refreshed meanwhile', async () => {
    const { code, pending } = await begin();
    const first = await enter(code, pending);
    const rotated = await refresh(only(first.cookies, COOKIE.refresh));
    const again = await enter(code, pending);
    expect(again.cookies[COOKIE.refresh]).toBe(rotated.cookies[COOKIE.refresh]);
    expect(await sessionRow(await sidOf(again))).toMatchObject({ counter: 1n, endedAt: null });
  });

  it('still replaces the session that the browser had before, once', async () => {
    const old = await prepareSession();
    const { code, pending } = await begin();
    await enter(code, { ...pending, ...old.refreshOnly });
    const again = await enter(code, { ...pending, ...old.refreshOnly });
    expect(again.status).toBe(200);
    expect(await sessionRow(old.id)).toMatchObject({ endReason: 'superseded' });
  });

  it('a minute later is refused', async () => {
    const { email, code, pending } = await begin();
    await enter(code, pending);
    await wait(email, 58);
    expect((await enter(code, pending)).status).toBe(200);
    await wait(email, 2);
    expect(problemOf(await enter(code, pending))).toBe('401 invalid_code');
  });

  it('brings no session back that was ended since, and none of a person who was disabled or deleted', async () => {
    const signedOut = await begin();
    const answer = await enter(signedOut.code, signedOut.pending);
    await send(server, '/api/auth/logout', { method: 'POST', json: {}, cookies: answer.cookies });
    expect(problemOf(await enter(signedOut.code, signedOut.pending))).toBe('401 invalid_code');

    const disabled = await begin();
    await enter(disabled.code, disabled.pending);
    await db().user.update({ where: { email: disabled.email }, data: { disabledAt: new Date() } });
    expect(problemOf(await enter(disabled.code, disabled.pending))).toBe('401 invalid_code');

    const deleted = await begin();
    await enter(deleted.code, deleted.pending);
    await db().user.delete({ where: { email: deleted.email } });
    expect(problemOf(await enter(deleted.code, deleted.pending))).toBe('401 invalid_code');
    expect(await db().user.count({ where: { email: deleted.email } })).toBe(0);
  });

  it('is a guess like any other when it is wrong: five in all, before and after', async () => {
    const { code, pending } = await begin();
    for (const step of [1, 2]) expect(problemOf(await enter(otherThan(code, step), pending))).toBe('401 invalid_code');
    expect((await enter(code, pending)).status).toBe(200);
    for (const step of [3, 4, 5]) {
      await db().rateLimit.deleteMany();
      const wrong = await enter(otherThan(code, step), pending);
      expect([problemOf(wrong), wrong.setCookieLines]).toEqual(['401 invalid_code', []]);
    }
    await db().rateLimit.deleteMany();
    expect(problemOf(await enter(code, pending))).toBe('401 invalid_code');
  });

  it('opens nothing with the cookie of another sign-up, nor without one', async () => {
    const one = await begin();
    const other = await begin();
    await enter(one.code, one.pending);
    const foreign = one.code === other.code ? otherThan(one.code) : one.code;
    expect(problemOf(await enter(foreign, other.pending))).toBe('401 invalid_code');
    expect(problemOf(await enter(one.code, {}))).toBe('401 invalid_code');
    expect(await db().user.count({ where: { email: other.email } })).toBe(0);
  });

  it('takes no address that another sign-up finished first', async () => {
    const email = 'twice@people.test';
    const register = async () =>
      only(
        (await send(server, '/api/auth/register', { method: 'POST', json: { email, password: PASSWORD } })).cookies,
        COOKIE.pending,
      );
    const first = await register();
    const firstCode = await mailedCode(server, email, 1);
    const second = await register();
    const secondCode = await mailedCode(server, email, 2);
    expect((await enter(firstCode, first)).status).toBe(200);
    for (let times = 0; times < 2; times += 1) {
      expect(problemOf(await enter(secondCode, second))).toBe('401 invalid_code');
    }
    expect(await db().session.count({ where: { user: { email } } })).toBe(1);
  });
});
