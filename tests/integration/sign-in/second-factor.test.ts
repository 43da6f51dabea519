import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { accountBucket, factorBucket } from '@/lib/server/rate-limit/buckets';
import { readKnownDevice } from '@/lib/server/sign-in/known-device';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, type Protected, protect, wrongCodeFor } from '@/tests/support/factors';
import { mailedCode, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { ask } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import {
  COOKIE,
  type Cookies,
  createPerson,
  failInARow,
  lengthenWaits,
  only,
  PASSWORD,
  type Person,
  prepareSession,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const logIn = ({ email }: Person, cookies: Cookies = {}) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD, remember: true }, cookies });
const finish = (cookies: Cookies, json: object) =>
  send(server, '/api/auth/login/mfa', { method: 'POST', json, cookies });
const halfway = async (owner: Person, cookies: Cookies = {}) => (await logIn(owner, cookies)).cookies;
const statusOf = async (cookies: Cookies) => (await send(server, '/api/auth/session', { cookies })).status;
const sessionsOf = ({ id }: Person) => db().session.findMany({ where: { userId: id }, orderBy: { createdAt: 'asc' } });
const token = (owner: Person, more: object = {}) =>
  ask(server, '/api/auth/token', { email: owner.email, password: PASSWORD, ...more });

// Promise: A password alone signs nobody in who has a second factor
describe('a sign-in with an authenticator app', () => {
  it('opens nothing before the code, then begins a session of both, and is cheap', async () => {
    const owner = await createProtected();
    const brought = await prepareSession(await createPerson());
    const begun = await countStatements(databaseUrl, () => logIn(owner, brought.cookies));
    expect(begun.result.json()).toEqual({
      status: 'mfa_required',
      methods: ['totp', 'recovery'],
      expiresAt: expect.any(String),
    });
    expect(Object.keys(begun.result.cookies)).toEqual([COOKIE.pending]);
    expect(budgeted(begun.statements)).toBeLessThanOrEqual(3);
    const pending = { ...brought.cookies, ...begun.result.cookies };
    expect(await statusOf(begun.result.cookies)).toBe(401);
    expect(await statusOf(pending)).toBe(200);

    const done = await countStatements(databaseUrl, () => finish(pending, { code: codeOf(owner.key) }));
    expect(done.result.json()).toMatchObject({ user: { id: owner.id }, accessTokenExpiresAt: expect.any(String) });
    expect(budgeted(done.statements)).toBeLessThanOrEqual(6);
    expect(done.result.cookies[COOKIE.pending]).toBe('');
    expect(await statusOf(done.result.cookies)).toBe(200);
    expect(await statusOf(brought.cookies)).toBe(401);
    const [session] = await sessionsOf(owner);
    expect(session?.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(await db().rateLimit.count({ where: { key: (await factorBucket(owner.id, null)).key } })).toBe(0);
  });

  it('takes a code of the step before and of the one after, blanks and dashes, and each step once', async () => {
    const owner = await createProtected();
    for (const steps of [-1, 0, 1]) {
      const code = codeOf(owner.key, steps);
      const cookies = await halfway(owner);
      expect((await finish(cookies, { code: `${code.slice(0, 3)} - ${code.slice(3)}` })).status, `${steps}`).toBe(200);
      // Of another sign-in: the code was used.
      expect(problemOf(await finish(await halfway(owner), { code }))).toBe('401 invalid_code');
    }
    // One of an earlier step, too.
    expect(problemOf(await finish(await halfway(owner), { code: codeOf(owner.key, 0) }))).toBe('401 invalid_code');
    expect(await sessionsOf(owner)).toHaveLength(3);
  });

  it('is asked for the code again on a device that the account knows, and in a browser that was to stay signed in', async () => {
    const owner = await createProtected();
    const first = await finish(await halfway(owner), { code: codeOf(owner.key, -1) });
    expect(only(first.cookies, COOKIE.device)[COOKIE.device]).not.toBe('');
    const again = await logIn(owner, first.cookies);
    expect(again.json()).toMatchObject({ status: 'mfa_required' });
    expect(Object.keys(again.cookies)).toEqual([COOKIE.pending]);
    expect(await statusOf({ ...only(first.cookies, COOKIE.device), ...again.cookies })).toBe(401);
    expect(await sessionsOf(owner)).toHaveLength(1);
  });

  it('is not finished by a replayed code, which leaves the sign-in alive for the right one', async () => {
    const owner = await createProtected();
    const used = codeOf(owner.key, -1);
    expect((await finish(await halfway(owner), { code: used })).status).toBe(200);
    const cookies = await halfway(owner);
    expect(problemOf(await finish(cookies, { code: used }))).toBe('401 invalid_code');
    expect((await finish(cookies, { code: codeOf(owner.key, 1) })).status).toBe(200);
  });

  it('brings the same session again for a minute when the answer got lost, and to nobody without the cookie', async () => {
    const owner = await createProtected();
    const cookies = await halfway(owner);
    const code = codeOf(owner.key);
    const [first, second] = [await finish(cookies, { code }), await finish(cookies, { code })];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await sessionsOf(owner)).toHaveLength(1);
    expect(problemOf(await finish(cookies, { code: wrongCodeFor(owner.key) }))).toBe('401 invalid_code');
    expect(problemOf(await finish({}, { code }))).toBe('401 invalid_code');
  });

  it('is one session of sixteen requests at once', async () => {
    const owner = await createProtected();
    const pendings = await atOnce(4, () => halfway(owner));
    const code = codeOf(owner.key);
    const answers = await atOnce(16, (n) => finish(pendings[n % 4] ?? {}, { code }));
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await sessionsOf(owner)).toHaveLength(1);
  });

  it('is void once the password is another one, the person is disabled, or the factor is gone', async () => {
    const changed = await createProtected();
    const before = await halfway(changed);
    await db().password.update({ where: { userId: changed.id }, data: { changedAt: new Date() } });
    expect(problemOf(await finish(before, { code: codeOf(changed.key) }))).toBe('401 invalid_code');

    const disabled = await createProtected();
    const pending = await halfway(disabled);
    await db().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    expect(problemOf(await finish(pending, { code: codeOf(disabled.key) }))).toBe('401 invalid_code');

    const removed = await createProtected();
    const waiting = await halfway(removed);
    await db().totp.delete({ where: { userId: removed.id } });
    expect(problemOf(await finish(waiting, { code: codeOf(removed.key) }))).toBe('401 invalid_code');
    expect(problemOf(await finish(waiting, { code: removed.codes[0] }))).toBe('401 invalid_code');
    for (const person of [changed, disabled, removed]) expect(await sessionsOf(person)).toEqual([]);
  });

  it('does not begin by password alone when the factor comes while the password is being compared', async () => {
    const owner = await createPerson({ hasPassword: true });
    const [answer] = await Promise.all([logIn(owner), protect(owner)]);
    const isHalf = JSON.stringify(answer.json()).includes('mfa_required');
    const [session] = await sessionsOf(owner);
    // Whichever came first: a session of a password alone is older than the factor.
    if (session !== undefined) {
      const totp = await db().totp.findUniqueOrThrow({ where: { userId: owner.id } });
      expect(session.createdAt.getTime()).toBeLessThanOrEqual(totp.createdAt.getTime());
    }
    expect([isHalf, answer.status === 401, session !== undefined].filter(Boolean)).toHaveLength(1);
  });
});

// Promise: A recovery code stands in for the second factor once
describe('a recovery code', () => {
  it('signs in once, however it is typed, and the owner is told how many are left', async () => {
    const owner = await createProtected();
    const [code = '', next = ''] = owner.codes;
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect((await finish(await halfway(owner), { code: typed })).status).toBe(200);
    expect((await mailTo(server, owner.email, { pattern: /recovery code/ })).text).toContain('9 are left');
    expect(problemOf(await finish(await halfway(owner), { code }))).toBe('401 invalid_code');
    expect((await finish(await halfway(owner), { code: next })).status).toBe(200);
    const [session] = await sessionsOf(owner);
    expect(session?.amr).toEqual(['pwd', 'otp', 'mfa']);
    const events = await db().auditEvent.findMany({ where: { userId: owner.id, type: 'recovery_code_used' } });
    expect(events).toHaveLength(2);
  });

  it('is good for its owner alone', async () => {
    const [owner, stranger] = [await createProtected(), await createProtected()];
    expect(problemOf(await finish(await halfway(stranger), { code: owner.codes[0] }))).toBe('401 invalid_code');
  });

  it('is one session of sixteen requests at once, whatever sign-in they belong to', async () => {
    const owner = await createProtected();
    const pendings = await atOnce(4, () => halfway(owner));
    await atOnce(16, (n) => finish(pendings[n % 4] ?? {}, { code: owner.codes[0] }));
    expect(await sessionsOf(owner)).toHaveLength(1);
  });

  it('is offered as long as one is left', async () => {
    const owner = await createProtected();
    await db().recoveryCode.updateMany({ where: { userId: owner.id }, data: { usedAt: new Date() } });
    expect((await logIn(owner)).json()).toMatchObject({ methods: ['totp'] });
  });
});

describe('wrong codes', () => {
  it('are counted for the person over all sign-ins, told to the owner at the third, and leave known devices alone', async () => {
    const owner = await createProtected();
    const device = only((await finish(await halfway(owner), { code: owner.codes[0] })).cookies, COOKIE.device);
    const deviceId = await readKnownDevice(device[COOKIE.device] ?? null, owner.email);
    const wrong = wrongCodeFor(owner.key);
    const stranger = await halfway(owner);
    for (let n = 0; n < 3; n += 1) expect(problemOf(await finish(stranger, { code: wrong }))).toBe('401 invalid_code');
    expect((await mailTo(server, owner.email, { pattern: /right password/ })).text).toContain('failed three times');
    const another = await halfway(owner);
    for (let n = 0; n < 2; n += 1) expect(problemOf(await finish(another, { code: wrong }))).toBe('401 invalid_code');
    await lengthenWaits();
    // A new sign-in brings no new tries, and the right code is not even looked at.
    const blocked = await finish(await halfway(owner), { code: codeOf(owner.key) });
    expect([problemOf(blocked), Number(blocked.headers['retry-after']) > 0]).toEqual(['429 too_many_attempts', true]);
    expect(await db().rateLimit.count({ where: { key: (await factorBucket(owner.id, deviceId)).key } })).toBe(0);
    expect((await finish(await halfway(owner, device), { code: codeOf(owner.key) })).status).toBe(200);
  });

  it('cost a try of their sign-in, of which there are five', async () => {
    const owner = await createProtected();
    const cookies = await halfway(owner);
    const bucket = await factorBucket(owner.id, null);
    for (let n = 0; n < 5; n += 1) {
      await finish(cookies, { code: wrongCodeFor(owner.key) });
      await failInARow(bucket, 1);
    }
    expect(problemOf(await finish(cookies, { code: codeOf(owner.key) }))).toBe('401 invalid_code');
    // It was not compared, so it is not counted.
    expect((await db().rateLimit.findUnique({ where: { key: bucket.key } }))?.failures ?? 0).toBe(1);
  });

  it('are no code at all where their shape says so: nothing is counted', async () => {
    const owner = await createProtected();
    const cookies = await halfway(owner);
    for (const code of ['12345', 'no code', ['123456'], 123456]) {
      expect(problemOf(await finish(cookies, { code })), `${code}`).toBe('422 validation_failed');
    }
    expect(await db().rateLimit.count({ where: { key: (await factorBucket(owner.id, null)).key } })).toBe(0);
  });
});

describe('after a hundred failures in a row', () => {
  it('of passwords, both the mailed code and the second factor are wanted', async () => {
    const owner = await createProtected();
    await failInARow(await accountBucket(owner.email));
    const begun = await logIn(owner);
    expect(begun.json()).toMatchObject({ methods: ['totp', 'recovery', 'mail'] });
    const mailCode = await mailedCode(server, owner.email);
    const code = codeOf(owner.key);
    expect(problemOf(await finish(begun.cookies, { code }))).toBe('401 invalid_code');
    expect(problemOf(await finish(begun.cookies, { mailCode }))).toBe('401 invalid_code');
    expect((await finish(begun.cookies, { code, mailCode })).status).toBe(200);
  });

  it('of codes, too, and a program is sent to a browser', async () => {
    const owner = await createProtected();
    await failInARow(await factorBucket(owner.id, null));
    const begun = await logIn(owner);
    expect(begun.json()).toMatchObject({ methods: ['totp', 'recovery', 'mail'] });
    const mailCode = await mailedCode(server, owner.email);
    expect((await token(owner, { code: codeOf(owner.key) })).json()).toMatchObject({ error: 'mfa_required' });
    expect((await finish(begun.cookies, { code: owner.codes[0], mailCode })).status).toBe(200);
    expect(await db().rateLimit.count({ where: { key: (await factorBucket(owner.id, null)).key } })).toBe(0);
  });
});

describe('a program', () => {
  it('is told that a code is wanted, and signs in with one of either kind, once each', async () => {
    const owner: Protected = await createProtected();
    const asked = await token(owner);
    expect([asked.status, asked.json()]).toMatchObject([400, { error: 'mfa_required' }]);
    const wrong = await token(owner, { code: wrongCodeFor(owner.key) });
    expect([wrong.status, wrong.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    expect((await token(owner, { code: '0000-0000-0000-0000-0000-0000' })).json()).toMatchObject({
      error: 'invalid_grant',
    });
    const failed = { userId: owner.id, type: 'second_factor_failed' };
    expect((await db().auditEvent.findFirstOrThrow({ where: failed })).details).toMatchObject({ count: 1 });
    expect(await sessionsOf(owner)).toEqual([]);
    const code = codeOf(owner.key);
    expect((await token(owner, { code })).json()).toMatchObject({ token_type: 'Bearer' });
    expect((await token(owner, { code })).json()).toMatchObject({ error: 'invalid_grant' });
    expect((await token(owner, { code: owner.codes[0] })).json()).toMatchObject({ token_type: 'Bearer' });
    expect((await sessionsOf(owner)).map(({ amr }) => amr)).toEqual([
      ['pwd', 'otp', 'mfa'],
      ['pwd', 'otp', 'mfa'],
    ]);
    await mailTo(server, owner.email, { pattern: /recovery code/ });
  });

  it('has its wrong codes counted with those of browsers', async () => {
    const owner = await createProtected();
    for (let n = 0; n < 5; n += 1) await token(owner, { code: wrongCodeFor(owner.key) });
    await lengthenWaits();
    expect((await token(owner, { code: codeOf(owner.key) })).status).toBe(429);
    expect(problemOf(await finish(await halfway(owner), { code: codeOf(owner.key) }))).toBe('429 too_many_attempts');
  });
});
