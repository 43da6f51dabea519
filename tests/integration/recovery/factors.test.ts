import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { accountBucket } from '@/lib/server/rate-limit/buckets';
import { requestFactorReset, resetFactorsNow } from '@/lib/server/recovery/factor-reset';
import { giveLink } from '@/tests/support/database/link-rows';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, type Protected, protect } from '@/tests/support/factors';
import { changeEmail } from '@/tests/support/http/account';
import { setNewPassword, takeBack } from '@/tests/support/http/mail-links';
import { mailedCode, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { ask } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import { type Authenticator, assertionOf, givePasskey } from '@/tests/support/passkey';
import { type Cookies, createPerson, failInARow, PASSWORD, type Person, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const logIn = ({ email }: Person, password = PASSWORD) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password } });
const finish = (cookies: Cookies, code: string) =>
  send(server, '/api/auth/login/mfa', { method: 'POST', json: { code }, cookies });
const statusOf = async (cookies: Cookies) => (await send(server, '/api/auth/session', { cookies })).status;
const factorsOf = async ({ id: userId }: Person) => [
  await db().totp.count({ where: { userId } }),
  await db().recoveryCode.count({ where: { userId } }),
];
const eventsOf = async ({ id: userId }: Person) =>
  (await db().auditEvent.findMany({ where: { userId } })).map(({ type }) => type);
/** Makes the factors of a person older, as if they had been set up then. */
async function ageFactors({ id: userId }: Person, ago: string): Promise<void> {
  await db().$executeRaw`UPDATE "Totp" SET "createdAt" = now() - ${ago}::interval WHERE "userId" = ${userId}`;
  await db().$executeRaw`UPDATE "RecoveryCode" SET "createdAt" = now() - ${ago}::interval WHERE "userId" = ${userId}`;
}
const stopToken = async ({ email }: Person) => {
  const { text } = await mailTo(server, email, { pattern: /Stop the reset/ });
  return /\/undo\?token=([\w-]+)/.exec(text)?.[1] ?? '';
};
const request = ({ id: userId }: Person) => requestFactorReset({ userId, requestedBy: null, reason: 'lost' });
/** A day later, without the day. */
const makeDue = ({ id: userId }: Person) =>
  db().factorReset.update({ where: { userId }, data: { notBefore: new Date(Date.now() - 1_000) } });

// Promise: A link that takes a change back removes the second factors that came with it
describe('a link that takes a change back', () => {
  it('removes a factor that came after what it is about, and leaves older ones to be asked for', async () => {
    const robbed = await createPerson({ hasPassword: true });
    const notMe = await giveLink(robbed, '1 hour', 'not_me');
    await protect(robbed);
    const { result, statements } = await countStatements(databaseUrl, () => takeBack(server, notMe));
    expect(result.status).toBe(204);
    expect(budgeted(statements)).toBeLessThanOrEqual(3);
    expect(await factorsOf(robbed)).toEqual([0, 0]);
    expect(await eventsOf(robbed)).toEqual(expect.arrayContaining(['not_me_reported', 'totp_removed']));

    const owner = await createProtected();
    await ageFactors(owner, '2 hours');
    expect((await takeBack(server, await giveLink(owner, '1 hour', 'not_me'))).status).toBe(204);
    expect(await factorsOf(owner)).toEqual([1, 10]);
    const reset = await giveLink(owner);
    expect((await setNewPassword(server, reset, `${PASSWORD} again`)).status).toBe(204);
    expect((await logIn(owner, `${PASSWORD} again`)).json()).toMatchObject({ status: 'mfa_required' });
  });

  it('removes a passkey that came after it, which then signs nobody in, and leaves an older one', async () => {
    const owner = await createPerson({ hasPassword: true });
    const own = await givePasskey(owner);
    await db().$executeRaw`UPDATE "Passkey" SET "createdAt" = now() - interval '2 hours' WHERE "userId" = ${owner.id}`;
    const notMe = await giveLink(owner, '1 hour', 'not_me');
    const thief = await givePasskey(owner);
    expect((await takeBack(server, notMe)).status).toBe(204);
    const signInBy = async (passkey: Authenticator) => {
      const asked = await send(server, '/api/auth/passkey/options', { method: 'POST', json: { for: 'sign_in' } });
      const { ceremony, options } = asked.json() as { ceremony: string; options: { challenge: string } };
      const json = { ceremony, assertion: assertionOf(passkey, options) };
      return send(server, '/api/auth/passkey', { method: 'POST', json });
    };
    expect(problemOf(await signInBy(thief))).toBe('401 unknown_passkey');
    expect((await signInBy(own)).status).toBe(200);
    expect(await eventsOf(owner)).toContain('passkey_removed');
  });

  it('removes the factor that its mail tells of', async () => {
    const session = await prepareSession(await createPerson({ hasPassword: true }));
    const offered = await send(server, '/api/account/totp', { method: 'POST', cookies: session.cookies });
    const { ceremony, secret } = offered.json() as { ceremony: string; secret: string };
    const added = await send(server, '/api/account/totp/confirm', {
      method: 'POST',
      json: { ceremony, code: codeOf(secret) },
      cookies: session.cookies,
    });
    expect(added.status).toBe(200);
    const { text } = await mailTo(server, session.person.email, { pattern: /authenticator app/ });
    const token = /\/undo\?token=([\w-]+)/.exec(text)?.[1] ?? '';
    expect((await takeBack(server, token)).status).toBe(204);
    expect(await factorsOf(session.person)).toEqual([0, 0]);
    expect(await statusOf(added.cookies)).toBe(401);
  });

  it('of a changed address removes what came up to a day before that was asked for, and new codes of old factors', async () => {
    const thief = await createProtected();
    await ageFactors(thief, '20 hours');
    expect((await takeBack(server, await giveLink(thief, '1 hour', 'undo_email'))).status).toBe(204);
    expect(await factorsOf(thief)).toEqual([0, 0]);

    const owner = await createProtected();
    await ageFactors(owner, '3 days');
    await db().$executeRaw`UPDATE "RecoveryCode" SET "createdAt" = now() WHERE "userId" = ${owner.id}`;
    expect((await takeBack(server, await giveLink(owner, '1 hour', 'undo_email'))).status).toBe(204);
    expect(await factorsOf(owner)).toEqual([1, 0]);
  });

  it('holds up a further change of address, unless a factor is shown that is older than the first', async () => {
    const owner = await createProtected();
    await ageFactors(owner, '2 hours');
    await giveLink(owner, '1 hour', 'undo_email');
    const session = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    expect((await changeEmail(server, session.cookies, 'further@people.test')).status).toBe(202);
    await ageFactors(owner, '30 minutes');
    const later = await changeEmail(server, session.cookies, 'no-further@people.test');
    expect(problemOf(later)).toBe('409 email_change_recent');
  });
});

describe('a link to a new password', () => {
  it('asks for no factor and takes none away: it signs nobody in, and the next sign-in wants the factor', async () => {
    const owner = await createProtected();
    await givePasskey(owner);
    const anew = `${PASSWORD} again`;
    const done = await setNewPassword(server, await giveLink(owner), anew);
    expect([done.status, done.setCookieLines]).toEqual([204, []]);
    expect([await factorsOf(owner), await db().passkey.count({ where: { userId: owner.id } })]).toEqual([[1, 10], 1]);
    const begun = await logIn(owner, anew);
    expect(begun.json()).toMatchObject({ methods: ['passkey', 'totp', 'recovery'] });
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(0);
    expect((await finish(begun.cookies, codeOf(owner.key))).status).toBe(200);
  });
});

// Promise: Second factors that an admin resets are asked for until a day is over
describe('a reset of second factors', () => {
  async function requested(): Promise<Protected> {
    const owner = await createProtected();
    expect(await request(owner)).toMatchObject({ ok: true, value: { isNew: true } });
    return owner;
  }

  it('changes nothing for a day; then the next right password in a browser removes them, and says so', async () => {
    const owner = await requested();
    const elsewhere = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    expect((await logIn(owner)).json()).toMatchObject({ status: 'mfa_required' });
    await makeDue(owner);
    const program = await ask(server, '/api/auth/token', { email: owner.email, password: PASSWORD });
    expect(program.json()).toMatchObject({ error: 'mfa_required' });
    expect(problemOf(await logIn(owner, 'not-the-one-that-was-set-here'))).toBe('401 invalid_credentials');
    expect(await factorsOf(owner)).toEqual([1, 10]);

    const answers = await atOnce(8, () => logIn(owner));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(answers.map(({ text }) => text).join()).not.toContain('mfa_required');
    expect(await factorsOf(owner)).toEqual([0, 0]);
    expect(await db().factorReset.count({ where: { userId: owner.id } })).toBe(0);
    expect(await statusOf(elsewhere.cookies)).toBe(401);
    expect((await mailTo(server, owner.email, { pattern: /were removed/ })).text).toContain('reported as lost');
    expect((await eventsOf(owner)).filter((type) => type === 'factors_reset')).toHaveLength(1);
    const sessions = await db().session.findMany({ where: { userId: owner.id, endedAt: null } });
    expect(sessions.every(({ amr }) => amr.join() === 'pwd')).toBe(true);
  });

  describe('that is due after a hundred wrong passwords', () => {
    async function asked() {
      const owner = await requested();
      await makeDue(owner);
      await failInARow(await accountBucket(owner.email));
      const begun = await logIn(owner);
      expect(begun.json()).toMatchObject({ status: 'mfa_required', methods: ['mail'] });
      return { owner, cookies: begun.cookies, mailCode: await mailedCode(server, owner.email) };
    }
    const type = (cookies: Cookies, json: object) =>
      send(server, '/api/auth/login/mfa', { method: 'POST', json, cookies });
    const sessionsOf = ({ id: userId }: Person) => db().session.findMany({ where: { userId, endedAt: null } });

    it('wants the mailed code and no factor, which then removes them: one session of sixteen at once', async () => {
      const { owner, cookies, mailCode } = await asked();
      const elsewhere = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
      expect(problemOf(await type(cookies, { mailCode: otherThan(mailCode) }))).toBe('401 invalid_code');
      expect(await factorsOf(owner)).toEqual([1, 10]);
      const answers = await atOnce(16, () => type(cookies, { mailCode }));
      // Five are compared, and the others wait.
      for (const { status, text } of answers) expect([200, 401, 429], text).toContain(status);
      expect(answers.some(({ status }) => status === 200)).toBe(true);
      expect((await sessionsOf(owner)).map(({ amr }) => amr)).toEqual([['pwd']]);
      expect([await factorsOf(owner), await statusOf(elsewhere.cookies)]).toEqual([[0, 0], 401]);
      expect((await eventsOf(owner)).filter((event) => event === 'factors_reset')).toHaveLength(1);
      // For a minute the lost answer comes again, and the row of failures is over.
      expect((await type(cookies, { mailCode })).status).toBe(200);
      expect((await logIn(owner)).json()).toMatchObject({ user: { id: owner.id } });
    });

    it('removes nothing when it was stopped meanwhile: the next sign-in wants the factor too', async () => {
      const { owner, cookies, mailCode } = await asked();
      expect((await takeBack(server, await stopToken(owner))).status).toBe(204);
      expect(problemOf(await type(cookies, { mailCode }))).toBe('401 invalid_code');
      expect([await factorsOf(owner), await sessionsOf(owner)]).toEqual([[1, 10], []]);
      expect((await logIn(owner)).json()).toMatchObject({ methods: ['totp', 'recovery', 'mail'] });
    });

    it('is stopped by whoever proves a factor all the same', async () => {
      const { owner, cookies, mailCode } = await asked();
      expect((await type(cookies, { mailCode, code: codeOf(owner.key) })).status).toBe(200);
      expect((await sessionsOf(owner)).map(({ amr }) => amr)).toEqual([['pwd', 'otp', 'mfa']]);
      expect(await factorsOf(owner)).toEqual([1, 10]);
      expect(await eventsOf(owner)).toContain('factor_reset_cancelled');
    });

    it('removes nothing with a password that gave way to another one', async () => {
      const { owner, cookies, mailCode } = await asked();
      await db().password.update({ where: { userId: owner.id }, data: { changedAt: new Date() } });
      expect(problemOf(await type(cookies, { mailCode }))).toBe('401 invalid_code');
      expect([await factorsOf(owner), await sessionsOf(owner)]).toEqual([[1, 10], []]);
    });
  });

  it('is stopped by the link in its mail, which leaves password, sessions and factors as they are', async () => {
    const owner = await requested();
    const session = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    const token = await stopToken(owner);
    const page = await send(server, `/undo?token=${token}`);
    expect(page.text).toContain('Stop the reset');
    expect(await db().factorReset.count({ where: { userId: owner.id } })).toBe(1);
    expect((await takeBack(server, token)).status).toBe(204);
    expect(await db().factorReset.count({ where: { userId: owner.id } })).toBe(0);
    expect([await statusOf(session.cookies), await factorsOf(owner)]).toEqual([200, [1, 10]]);
    expect((await logIn(owner)).json()).toMatchObject({ status: 'mfa_required' });
    expect(problemOf(await takeBack(server, token))).toBe('401 invalid_token');
    expect(await eventsOf(owner)).toContain('factor_reset_cancelled');
  });

  it.each([
    ['a sign-in with a code', async (owner: Protected) => finish((await logIn(owner)).cookies, codeOf(owner.key))],
    [
      'a sign-in with a recovery code',
      async (owner: Protected) => finish((await logIn(owner)).cookies, owner.codes[0] ?? ''),
    ],
    [
      'a program with a code',
      (owner: Protected) =>
        ask(server, '/api/auth/token', { email: owner.email, password: PASSWORD, code: codeOf(owner.key) }),
    ],
  ])('is cancelled by %s', async (_, proof) => {
    const owner = await requested();
    expect((await proof(owner)).status).toBe(200);
    expect(await db().factorReset.count({ where: { userId: owner.id } })).toBe(0);
    expect(await eventsOf(owner)).toContain('factor_reset_cancelled');
    expect(await factorsOf(owner)).toMatchObject([1, expect.any(Number)]);
  });

  it('goes on as it is when it is asked for again, is over after eight days, and is for those who have a factor', async () => {
    const owner = await requested();
    const first = await db().factorReset.findUniqueOrThrow({ where: { userId: owner.id } });
    expect(await request(owner)).toMatchObject({ value: { isNew: false, notBefore: first.notBefore } });
    expect(first.notBefore.getTime() - first.createdAt.getTime()).toBe(86_400_000);
    await makeDue(owner);
    await db().factorReset.update({ where: { userId: owner.id }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    expect((await logIn(owner)).json()).toMatchObject({ status: 'mfa_required' });
    expect(await request(owner)).toMatchObject({ value: { isNew: true } });
    expect(await request(await createPerson())).toMatchObject({ ok: false, code: 'no_factor' });
  });

  it('is done at once by whoever runs the server', async () => {
    const owner = await createProtected();
    const session = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    expect(await resetFactorsNow(owner.id)).toMatchObject({ ok: true });
    expect(await factorsOf(owner)).toEqual([0, 0]);
    // The server reads of it within its second.
    await expect.poll(() => statusOf(session.cookies), { timeout: 10_000 }).toBe(401);
    expect((await logIn(owner)).json()).toMatchObject({ user: { id: owner.id } });
    expect(await resetFactorsNow(owner.id)).toMatchObject({ ok: false, code: 'no_factor' });
  });
});
