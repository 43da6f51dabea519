import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFactorCode } from '@/lib/core/factors/factor-code';
import { db } from '@/lib/server/database/client';
import { isDatabaseTrouble } from '@/lib/server/database/errors';
import { login } from '@/lib/server/sign-in/login';
import { finishSignIn } from '@/lib/server/sign-in/second-step';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, halfSignIn, wrongCodeFor } from '@/tests/support/factors';
import { COOKIE, createPerson, PASSWORD } from '@/tests/support/people';

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
  await db().$executeRaw`TRUNCATE "RateLimit"`;
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
});
