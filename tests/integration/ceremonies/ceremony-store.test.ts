import { describe, expect, it } from 'vitest';
import { newId } from '@/lib/core/encoding';
import { seal, unseal } from '@/lib/core/token/sealed-token';
import { consumeCeremony, createCeremony, takeTry } from '@/lib/server/ceremonies/ceremony-store';
import { NO_CODE } from '@/lib/server/ceremonies/one-time-code';
import { db } from '@/lib/server/database/client';
import { databaseNow } from '@/lib/server/database/live-state';
import { sealKeys } from '@/lib/server/keys/data-keys';
import { randomBytes } from '@/lib/server/keys/random';
import { register } from '@/lib/server/sign-up/register';
import { verifyEmail } from '@/lib/server/sign-up/verify-email';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson } from '@/tests/support/people';

const { url } = await useDatabase();

const facts = { userAgent: null, device: null, ip: null };
const password = 'brown-herons-wait-under-the-bridge';

async function open(): Promise<string> {
  const id = newId(randomBytes);
  await createCeremony(id, 'sign-up', 600);
  return id;
}

const consume = (id: string) => db().$transaction((tx) => consumeCeremony(id, tx));

/** Begins a sign-up and opens its cookie as only the server can. */
async function signUp(email: string): Promise<{ sealed: string; code: string }> {
  const begun = await register({ email, password, name: null, facts });
  if (!begun.ok) throw new Error(begun.code);
  const { sealed } = begun.value;
  const keys = await sealKeys();
  const opened = await unseal('sign-up', sealed, (id) => keys.byId(id), await databaseNow());
  if (!opened.ok) throw new Error(opened.code);
  return { sealed, code: String(opened.value.data['code']) };
}

describe('a ceremony', () => {
  it('gives five tries, each its number', async () => {
    const id = await open();
    const tries: (number | undefined)[] = [];
    for (let count = 0; count < 7; count += 1) tries.push((await takeTry(id, 'sign-up'))?.number);
    expect(tries).toEqual([1, 2, 3, 4, 5, undefined, undefined]);
  });

  it('that was finished cannot be finished again, and after a minute gives no try', async () => {
    const id = await open();
    expect([await consume(id), await consume(id)]).toEqual([true, false]);
    await sql(url, `UPDATE "Ceremony" SET "consumedAt" = now() - interval '59 s' WHERE id = $1`, [id]);
    expect(await takeTry(id, 'sign-up')).toEqual({ number: 1, isFinished: true });
    await sql(url, `UPDATE "Ceremony" SET "consumedAt" = now() - interval '60 s' WHERE id = $1`, [id]);
    expect(await takeTry(id, 'sign-up')).toBeNull();
  });

  it('has the try back that finished it, and the others stay spent', async () => {
    const id = await open();
    for (let count = 0; count < 3; count += 1) await takeTry(id, 'sign-up');
    await consume(id);
    expect(await takeTry(id, 'sign-up')).toEqual({ number: 3, isFinished: true });
    expect((await takeTry(id, 'sign-up'))?.number).toBe(4);
  });

  it('that two requests finish at once is finished by one', async () => {
    const id = await open();
    const outcomes = await Promise.all([consume(id), consume(id), consume(id)]);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it('that is over gives no try, whatever its cookie says', async () => {
    const id = await open();
    await sql(url, `UPDATE "Ceremony" SET "expiresAt" = now() WHERE id = $1`, [id]);
    expect(await takeTry(id, 'sign-up')).toBeNull();
  });
});

describe('a sign-up', () => {
  it('that version 0.1 began, which held no session, is finished once', async () => {
    const { sealed, code } = await signUp('before@people.test');
    const { current, byId } = await sealKeys();
    const opened = await unseal('sign-up', sealed, byId, await databaseNow());
    if (!opened.ok) throw new Error(opened.code);
    const { session: _none, ...data } = opened.value.data;
    const before = await seal('sign-up', { ...opened.value, data }, current);
    const enter = () => verifyEmail({ code, pendingCookie: before, refreshCookie: null, facts });
    expect(await enter()).toMatchObject({ ok: true });
    expect(await enter()).toEqual({ ok: false, code: 'invalid_code' });
  });

  it('of an address that has an account holds a code that nobody can type', async () => {
    const { email } = await createPerson({ email: 'known@people.test' });
    expect((await signUp(email)).code).toBe(NO_CODE);
    expect((await signUp('unknown@people.test')).code).toMatch(/^\d{6}$/);
  });

  it('whose ceremony another request finishes first makes no account', async () => {
    const { sealed, code } = await signUp('late@people.test');
    // The other request is between this one's try and its end: the row is there, and no longer to be finished.
    await sql(
      url,
      `CREATE FUNCTION finished_meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
       CREATE TRIGGER finished_meanwhile BEFORE UPDATE ON "Ceremony" FOR EACH ROW
       WHEN (NEW."consumedAt" IS NOT NULL) EXECUTE FUNCTION finished_meanwhile()`,
    );
    const verified = await verifyEmail({ code, pendingCookie: sealed, refreshCookie: null, facts });
    expect(verified).toEqual({ ok: false, code: 'invalid_code' });
    expect(await db().user.count({ where: { email: 'late@people.test' } })).toBe(0);
    await sql(url, 'DROP FUNCTION finished_meanwhile() CASCADE');
    expect(await verifyEmail({ code, pendingCookie: sealed, refreshCookie: null, facts })).toMatchObject({ ok: true });
  });
});
