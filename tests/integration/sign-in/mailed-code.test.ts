import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { accountBucket, type Bucket, deviceBucket, programBucket } from '@/lib/server/rate-limit/buckets';
import { readKnownDevice } from '@/lib/server/sign-in/known-device';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { mailedCode, mailsTo, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { ask } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, createPerson, failInARow, only, PASSWORD, type Person } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const WRONG = 'not-the-one-that-was-set-here';

const logIn = ({ email }: Person, password = PASSWORD, cookies: Cookies = {}) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password }, cookies });
const finish = (cookies: Cookies, mailCode: string) =>
  send(server, '/api/auth/login/mfa', { method: 'POST', json: { mailCode }, cookies });
const statusOf = async (cookies: Cookies) => (await send(server, '/api/auth/session', { cookies })).status;

const failuresOf = async ({ key }: Bucket) => (await db().rateLimit.findUnique({ where: { key } }))?.failures ?? 0;

async function guessed(): Promise<Person> {
  const owner = await createPerson({ hasPassword: true });
  await failInARow(await accountBucket(owner.email));
  return owner;
}

// Promise: After a hundred failures in a row a password alone signs nobody in
describe('a right password after a hundred wrong ones in a row', () => {
  it('opens nothing and brings a code to the owner, which finishes the sign-in and ends the row', async () => {
    const owner = await guessed();
    const { result: halfway, statements } = await countStatements(databaseUrl, () => logIn(owner));
    expect(halfway.json()).toEqual({ status: 'mfa_required', methods: ['mail'], expiresAt: expect.any(String) });
    expect([halfway.status, Object.keys(halfway.cookies)]).toEqual([200, [COOKIE.pending]]);
    expect(statements.filter(({ sql }) => /INSERT INTO "Session"/.test(sql))).toEqual([]);
    expect(await statusOf(halfway.cookies)).toBe(401);
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(0);
    expect(await failuresOf(await accountBucket(owner.email))).toBe(100);

    const code = await mailedCode(server, owner.email);
    const done = await finish(halfway.cookies, code);
    expect(done.json()).toMatchObject({ user: { id: owner.id }, accessTokenExpiresAt: expect.any(String) });
    expect(await statusOf(done.cookies)).toBe(200);
    expect(done.cookies[COOKIE.pending]).toBe('');
    expect(await failuresOf(await accountBucket(owner.email))).toBe(0);
    const session = await db().session.findFirstOrThrow({ where: { userId: owner.id } });
    expect(session.amr).toEqual(['pwd']);
    const again = await logIn(owner, PASSWORD, only(done.cookies, COOKIE.device));
    expect(again.json()).toMatchObject({ user: { id: owner.id } });
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id } })).map(({ type }) => type);
    expect(types).toContain('second_factor_due');
  });

  it('is asked for nothing more below that', async () => {
    const owner = await createPerson({ hasPassword: true });
    await failInARow(await accountBucket(owner.email), 99);
    expect((await logIn(owner)).json()).toMatchObject({ user: { id: owner.id } });
  });

  it('is counted where it was tried: strangers who failed do not make the owner type a code on a known device', async () => {
    const owner = await createPerson({ hasPassword: true });
    const device = only((await logIn(owner)).cookies, COOKIE.device);
    await failInARow(await accountBucket(owner.email));
    expect((await logIn(owner, PASSWORD, device)).json()).toMatchObject({ user: { id: owner.id } });
    const id = await readKnownDevice(device[COOKIE.device] ?? null, owner.email);
    await failInARow(await deviceBucket(owner.email, id ?? ''));
    const halfway = await logIn(owner, PASSWORD, device);
    expect(halfway.json()).toMatchObject({ status: 'mfa_required' });
    const done = await finish(halfway.cookies, await mailedCode(server, owner.email));
    expect(done.status).toBe(200);
    expect((await logIn(owner, PASSWORD, device)).json()).toMatchObject({ user: { id: owner.id } });
  });

  it('tells a program to have its person sign in with a browser, which then lets it in again', async () => {
    const owner = await createPerson({ hasPassword: true });
    await failInARow(await programBucket(owner.email));
    const token = () => ask(server, '/api/auth/token', { email: owner.email, password: PASSWORD });
    const refused = await token();
    expect([refused.status, refused.json()]).toMatchObject([400, { error: 'mfa_required' }]);
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(0);
    expect((await logIn(owner)).status).toBe(200);
    expect((await token()).status).toBe(200);
  });

  it('a wrong one is told as ever, and no code goes out for it', async () => {
    const owner = await guessed();
    expect(problemOf(await logIn(owner, WRONG))).toBe('401 invalid_credentials');
    expect(await db().ceremony.count({ where: { purpose: 'second-factor', consumedAt: null } })).toBe(0);
  });
});

describe('the mailed code', () => {
  it('has five tries, wrong ones are told to the owner, and a new sign-in brings no further tries for ever', async () => {
    const owner = await guessed();
    const { cookies } = await logIn(owner);
    const code = await mailedCode(server, owner.email);
    for (let n = 1; n <= 5; n += 1) {
      await db().$executeRaw`UPDATE "RateLimit" SET "blockedUntil" = NULL WHERE key LIKE 'factor:%'`;
      expect(problemOf(await finish(cookies, otherThan(code, n)))).toBe('401 invalid_code');
    }
    await db().$executeRaw`UPDATE "RateLimit" SET "blockedUntil" = NULL WHERE key LIKE 'factor:%'`;
    expect(problemOf(await finish(cookies, code))).toBe('401 invalid_code');
    await mailTo(server, owner.email, { pattern: /failed three times/, count: 1 });
    const { cookies: next } = await logIn(owner);
    expect(problemOf(await finish(next, '000000'))).toBe('401 invalid_code');
    expect(problemOf(await finish(next, '000000'))).toBe('429 too_many_attempts');
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id } })).map(({ type }) => type);
    expect(types).toContain('second_factor_failed');
  });

  it('is of no use without its cookie, in a sign-up, or once the password is another one', async () => {
    const owner = await guessed();
    const { cookies } = await logIn(owner);
    const code = await mailedCode(server, owner.email);
    expect(problemOf(await finish({}, code))).toBe('401 invalid_code');
    const asSignUp = await send(server, '/api/auth/verify-email', { method: 'POST', json: { code }, cookies });
    expect(problemOf(asSignUp)).toBe('401 invalid_code');
    await db().password.update({ where: { userId: owner.id }, data: { changedAt: new Date() } });
    expect(problemOf(await finish(cookies, code))).toBe('401 invalid_code');
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(0);
  });

  it('16 at once: one session, and the same one in each answer', async () => {
    const owner = await guessed();
    const { cookies } = await logIn(owner);
    const code = await mailedCode(server, owner.email);
    const answers = await atOnce(16, () => finish(cookies, code));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(1);
    expect((await finish(cookies, code)).status).toBe(200);
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(1);
  });

  it('goes out five times an hour, and then the sign-in says when to come back', async () => {
    const owner = await guessed();
    for (let n = 0; n < 5; n += 1) expect((await logIn(owner)).status).toBe(200);
    const answer = await logIn(owner);
    expect(problemOf(answer)).toBe('429 too_many_attempts');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(60);
    await expect.poll(async () => (await mailsTo(server, owner.email)).length, { timeout: 5_000 }).toBe(5);
  });

  it('works by forms alone, and keeps where the person wanted to go', async () => {
    const owner = await guessed();
    const form = { email: owner.email, password: PASSWORD, next: '/account' };
    const halfway = await send(server, '/api/auth/login', { method: 'POST', form });
    expect([halfway.status, halfway.headers.location]).toEqual([303, '/login/mfa?next=%2Faccount']);
    const code = await mailedCode(server, owner.email);
    const wrong = { mailCode: otherThan(code), next: '/account' };
    const back = await send(server, '/api/auth/login/mfa', { method: 'POST', form: wrong, cookies: halfway.cookies });
    expect(back.headers.location).toBe('/login/mfa?error=invalid_code&next=%2Faccount');
    const right = { mailCode: code, next: '/account' };
    const done = await send(server, '/api/auth/login/mfa', { method: 'POST', form: right, cookies: halfway.cookies });
    expect([done.status, done.headers.location]).toEqual([303, '/account']);
    expect(await statusOf(done.cookies)).toBe(200);
  });
});
