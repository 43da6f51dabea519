import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFactorCode } from '@/lib/core/factors/factor-code';
import { changeEmail } from '@/lib/server/account/change-email';
import { db } from '@/lib/server/database/client';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import { askForReset } from '@/lib/server/recovery/forgot-password';
import { login } from '@/lib/server/sign-in/login';
import { finishSignIn } from '@/lib/server/sign-in/second-step';
import { register } from '@/lib/server/sign-up/register';
import { resendCode } from '@/lib/server/sign-up/resend-code';
import { findSigner } from '@/lib/server/step-up/guard';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, halfSignIn, wrongCodeFor } from '@/tests/support/factors';
import { COOKIE, createPerson, PASSWORD, prepareSession } from '@/tests/support/people';
import { beginSignUp } from '@/tests/support/waiting-sign-up';

const { url } = await useDatabase();
const facts = { userAgent: null, device: null, ip: '192.0.2.1' };

/** What PostgreSQL says when the disk is full, at the first row of `table` that wants a new page. */
const fill = (table: string) =>
  sql(
    url,
    `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
     CREATE TRIGGER full_disk BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION full_disk()`,
  );
const makeRoom = () => sql(url, 'DROP FUNCTION IF EXISTS full_disk() CASCADE');

const attempt = (email: string, password = PASSWORD) =>
  login({ email, password, remember: true, facts, deviceCookie: null, refreshCookie: null });
const counts = () => db().rateLimit.findMany({ select: { key: true, failures: true }, orderBy: { key: 'asc' } });
const failed = async (work: Promise<unknown>) =>
  expect(
    isDatabaseTrouble(
      await work.then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  ).toBe(true);

beforeEach(async () => {
  await db().$executeRaw`TRUNCATE "RateLimit", "Outbox"`;
});
afterEach(makeRoom);

// Promise: What fails by our own fault counts against nobody
describe('while the disk of the database is full', () => {
  it('right passwords are counted nowhere, and sign in as soon as there is room', async () => {
    const { email } = await createPerson({ hasPassword: true });
    await fill('Session');
    for (let n = 0; n < 7; n += 1) await failed(attempt(email));
    expect(await counts()).toEqual([]);
    await makeRoom();
    expect(await attempt(email)).toMatchObject({ ok: true, value: { kind: 'signed_in' } });
  });

  it('a wrong password stays counted, whatever fails after it: no guess is free', async () => {
    const { email } = await createPerson({ hasPassword: true });
    await fill('AuditEvent');
    await failed(attempt(email, 'not-the-password-of-anybody'));
    expect((await counts()).map(({ failures }) => failures)).toEqual(expect.arrayContaining([1]));
  });

  it('a right code of an app is counted nowhere and costs no try; a wrong one does', async () => {
    const owner = await createProtected();
    const { jti, cookies } = await halfSignIn(owner);
    const finish = (code: string) =>
      finishSignIn({
        code: readFactorCode(code),
        mailCode: null,
        pendingCookie: cookies[COOKIE.pending] ?? null,
        refreshCookie: null,
        facts,
      });
    await fill('Session');
    for (let n = 0; n < 7; n += 1) await failed(finish(codeOf(owner.key)));
    expect(await counts()).toEqual([]);
    expect(await db().ceremony.findUnique({ where: { id: jti } })).toMatchObject({ failures: 0 });
    expect(await finish(wrongCodeFor(owner.key))).toMatchObject({ ok: false });
    expect(await db().ceremony.findUnique({ where: { id: jti } })).toMatchObject({ failures: 1 });
    await makeRoom();
    expect(await finish(codeOf(owner.key))).toMatchObject({ ok: true });
  });

  it('a mail that could not be queued is counted for nobody, and goes out as soon as there is room', async () => {
    const session = await prepareSession();
    const signer = await findSigner({ sub: session.person.id, sid: session.id }, facts);
    if (!signer.ok) throw new Error('The session is over');
    const waiting = await beginSignUp('waiting@people.test', null, 'hash');
    const asking = [
      () => register({ email: 'newcomer@people.test', password: PASSWORD, name: null, facts }),
      () => resendCode(waiting.pending, facts),
      () => askForReset(session.person.email, facts),
      () => changeEmail(signer.value, 'elsewhere@people.test', facts),
    ];
    await fill('Outbox');
    for (const ask of asking) for (let n = 0; n < 2; n += 1) await failed(ask());
    expect(await counts()).toEqual([]);
    await makeRoom();
    for (const ask of asking) expect(await ask()).toMatchObject({ ok: true });
    expect((await counts()).length).toBeGreaterThan(asking.length);
    const to = (await db().outbox.findMany({ select: { to: true } })).map((mail) => mail.to);
    const { email } = session.person;
    expect(to.sort()).toEqual(
      ['elsewhere@people.test', 'newcomer@people.test', email, email, 'waiting@people.test'].sort(),
    );
  });
});
