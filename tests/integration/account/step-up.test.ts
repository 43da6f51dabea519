import { describe, expect, it } from 'vitest';
import { days } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { ageProof, changeEmail, changePassword, stepUp } from '@/tests/support/http/account';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import {
  auditTypes,
  COOKIE,
  createPerson,
  lengthenWaits,
  PASSWORD,
  type PreparedSession,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });
const WRONG = 'not-the-one-that-was-set-here';
let addresses = 0;
const newAddress = () => `stepped-${++addresses}@people.test`;

async function staleSession(amr: readonly string[] = ['pwd']): Promise<PreparedSession> {
  const session = await prepareSession(await createPerson({ hasPassword: true }), true, amr);
  await ageProof(session.id);
  return session;
}

const successorOf = async ({ person }: PreparedSession) =>
  db().session.findFirstOrThrow({ where: { userId: person.id, endedAt: null } });

// Promise: A change of an account wants a proof of ten minutes
describe('a proof that is asked for once more', () => {
  it('is wanted for a change of address ten minutes after the last one, and then it is not done', async () => {
    const session = await prepareSession(await createPerson({ hasPassword: true }));
    expect((await changeEmail(server, session.cookies, newAddress())).status).toBe(202);
    await ageProof(session.id, '10 minutes');
    const answer = await changeEmail(server, session.cookies, newAddress());
    expect(problemOf(answer)).toBe('403 step_up_required');
    expect(answer.json()).toMatchObject({ methods: ['password'], maxAgeSeconds: 600 });
    const state = await send(server, '/api/auth/step-up', { cookies: session.cookies });
    expect(state.json()).toMatchObject({ methods: ['password'] });
    const { recentUntil } = state.json() as { recentUntil: string };
    expect(Date.parse(recentUntil)).toBeLessThanOrEqual(Date.now());
    expect(await db().ceremony.count({ where: { purpose: 'email-change' } })).toBe(1);
  });

  it('comes after what is wrong with the fields', async () => {
    const { cookies } = await staleSession();
    expect(problemOf(await changeEmail(server, cookies, 'no address'))).toBe('422 validation_failed');
  });

  it('begins a new session in place of the old one, which is over everywhere, and keeps what that one was', async () => {
    const session = await staleSession(['pwd', 'otp', 'mfa']);
    const other = await prepareSession(session.person);
    const before = await sessionRow(session.id);
    const { result: answer, statements } = await countStatements(databaseUrl, () =>
      stepUp(server, session.cookies, PASSWORD),
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json()).toMatchObject({ user: { id: session.person.id }, accessTokenExpiresAt: expect.any(String) });
    const own = statements.filter(({ sql }) => /"(Session|RateLimit|AuditEvent|User)"/.test(sql));
    expect(own.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(6);

    const successor = await db().session.findFirstOrThrow({
      where: { userId: session.person.id, endedAt: null, id: { not: other.id } },
    });
    const { createdAt, absoluteExpiresAt, remember, kind } = before;
    expect(successor).toMatchObject({ createdAt, absoluteExpiresAt, remember, kind, amr: ['pwd', 'otp', 'mfa'] });
    expect(successor.authenticatedAt.getTime()).toBeGreaterThan(before.authenticatedAt.getTime() + 600_000);
    const { statusNumber, endReason } = await sessionRow(session.id);
    expect(endReason).toBe('superseded');
    // What every other process and service goes by.
    expect(await db().revocation.count({ where: { statusNumber } })).toBe(1);
    expect(await auditTypes(successor.id)).toContain('stepped_up');

    for (const cookies of [session.cookies, session.accessOnly, session.refreshOnly]) {
      expect((await send(server, '/api/auth/session', { cookies })).status).toBe(401);
    }
    expect((await send(server, '/api/auth/session', { cookies: other.cookies })).status).toBe(200);
    expect((await changeEmail(server, answer.cookies, newAddress())).status).toBe(202);
    const claims = (await send(server, '/api/auth/session', { cookies: answer.cookies })).json();
    expect(claims).toMatchObject({ sid: successor.id, amr: ['pwd', 'otp', 'mfa'] });
  });

  it('lasts as long as the session would have, and no day longer', async () => {
    const session = await staleSession();
    const until = new Date(Date.now() + days(1) * 1_000);
    await db().session.update({ where: { id: session.id }, data: { absoluteExpiresAt: until } });
    expect((await stepUp(server, session.cookies, PASSWORD)).status).toBe(200);
    const successor = await successorOf(session);
    expect([successor.absoluteExpiresAt, successor.idleExpiresAt]).toEqual([until, until]);
  });

  it('is refused when it is wrong, and the session goes on', async () => {
    const session = await staleSession();
    expect(problemOf(await stepUp(server, session.cookies, WRONG))).toBe('401 invalid_credentials');
    expect((await send(server, '/api/auth/session', { cookies: session.cookies })).status).toBe(200);
    expect(problemOf(await changeEmail(server, session.cookies, newAddress()))).toBe('403 step_up_required');
    const events = await db().auditEvent.findMany({ where: { userId: session.person.id } });
    expect(events.map(({ type }) => type)).toContain('step_up_failed');
  });

  it('16 at once in one session: one success, and the others change nothing', async () => {
    const session = await staleSession();
    const answers = await atOnce(16, () => stepUp(server, session.cookies, PASSWORD));
    const successes = answers.filter(({ status }) => status === 200);
    expect(successes).toHaveLength(1);
    expect(await db().session.count({ where: { userId: session.person.id, endedAt: null } })).toBe(1);
    expect((await send(server, '/api/auth/session', { cookies: successes[0]?.cookies ?? {} })).status).toBe(200);
  });

  it('is no way for a program, whose good token is forbidden and whose bad one is named', async () => {
    const { person, tokens } = await signInProgram(server);
    const { cookies } = await prepareSession(person);
    const good = bearer(tokens.access_token).headers;
    expect(problemOf(await stepUp(server, {}, PASSWORD, { headers: good }))).toBe('403 forbidden');
    expect(problemOf(await stepUp(server, cookies, PASSWORD, { headers: good }))).toBe('403 forbidden');
    expect(problemOf(await changePassword(server, cookies, { newPassword: WRONG }, { headers: good }))).toBe(
      '403 forbidden',
    );
    expect(problemOf(await changeEmail(server, {}, newAddress(), { headers: good }))).toBe('403 forbidden');
    const asked = await send(server, '/api/auth/step-up', { headers: good });
    expect([asked.status, asked.json()]).toMatchObject([200, { methods: ['password'] }]);
    const bad = bearer('nonsense').headers;
    expect(problemOf(await stepUp(server, cookies, PASSWORD, { headers: bad }))).toBe('401 unauthenticated');
    const asCookie = { [COOKIE.access]: tokens.access_token };
    expect(problemOf(await stepUp(server, asCookie, PASSWORD))).toBe('403 forbidden');
  });

  it('asks the database whether the session is live and the person enabled, not the token', async () => {
    const session = await staleSession();
    await db().$executeRaw`UPDATE "Session" SET "endedAt" = now() WHERE id = ${session.id}`;
    expect(problemOf(await stepUp(server, session.accessOnly, PASSWORD))).toBe('401 unauthenticated');
    const disabled = await staleSession();
    await db().user.update({ where: { id: disabled.person.id }, data: { disabledAt: new Date() } });
    expect(problemOf(await stepUp(server, disabled.accessOnly, PASSWORD))).toBe('401 unauthenticated');
    expect(problemOf(await stepUp(server, {}, PASSWORD))).toBe('401 unauthenticated');
  });

  it('by a form without scripts leads to where it was asked for, and back to its page when it is wrong', async () => {
    const session = await staleSession();
    const form = { password: WRONG, next: '/account/security' };
    const wrong = await send(server, '/api/auth/step-up', { method: 'POST', form, cookies: session.cookies });
    expect([wrong.status, wrong.headers.location]).toEqual([
      303,
      '/step-up?error=invalid_credentials&next=%2Faccount%2Fsecurity',
    ]);
    const right = await send(server, '/api/auth/step-up', {
      method: 'POST',
      form: { ...form, password: PASSWORD },
      cookies: session.cookies,
    });
    expect([right.status, right.headers.location]).toEqual([303, '/account/security']);
    const elsewhere = await send(server, '/api/auth/step-up', {
      method: 'POST',
      form: { password: PASSWORD, next: 'https://evil.example/' },
      cookies: right.cookies,
    });
    expect(elsewhere.headers.location).toBe('/dashboard');
  });
});

// Promise: Strangers do not make a person wait who is signed in
describe('guesses', () => {
  it('of strangers, however many, do not stop the owner from proving who they are', async () => {
    const session = await staleSession();
    const json = { email: session.person.email, password: WRONG };
    for (let n = 0; n < 6; n += 1) {
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      await send(server, '/api/auth/login', { method: 'POST', json, headers });
    }
    await lengthenWaits();
    const asStranger = await send(server, '/api/auth/login', { method: 'POST', json });
    expect(problemOf(asStranger)).toBe('429 too_many_attempts');
    expect((await stepUp(server, session.cookies, PASSWORD)).status).toBe(200);
  });

  it('with a copied cookie wait longer and longer, at a change of password as well', async () => {
    const session = await staleSession();
    const json = { currentPassword: WRONG, newPassword: 'ninety-copper-geese-over-the-loch' };
    for (let n = 0; n < 3; n += 1) await stepUp(server, session.cookies, WRONG);
    for (let n = 0; n < 2; n += 1) await changePassword(server, session.cookies, json);
    await lengthenWaits();
    for (const answer of [
      await stepUp(server, session.cookies, PASSWORD),
      await changePassword(server, session.cookies, json),
    ]) {
      expect(problemOf(answer)).toBe('429 too_many_attempts');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    const login = { email: session.person.email, password: PASSWORD };
    expect((await send(server, '/api/auth/login', { method: 'POST', json: login })).status).toBe(200);
  });

  it('a hundred in a row: no password is compared any more, the right one neither', async () => {
    const session = await staleSession();
    await stepUp(server, session.cookies, WRONG);
    await db().$executeRaw`UPDATE "RateLimit" SET failures = 100, "blockedUntil" = NULL WHERE key LIKE 'device:%'`;
    const answer = await stepUp(server, session.cookies, PASSWORD);
    expect(problemOf(answer)).toBe('429 too_many_attempts');
  });
});
