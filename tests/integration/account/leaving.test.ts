import { beforeEach, describe, expect, it, vi } from 'vitest';
import { days } from '@/lib/core/time';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { recordRepeated } from '@/lib/server/audit/repeated-events';
import { db } from '@/lib/server/database/client';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { giveLink } from '@/tests/support/database/link-rows';
import { refuseChanges } from '@/tests/support/database/refusals';
import { holdLocks, sql } from '@/tests/support/database/sql';
import { budgeted } from '@/tests/support/database/statements';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { codeOf, createProtected, type Protected } from '@/tests/support/factors';
import { ageProof, changeEmail, stepUp } from '@/tests/support/http/account';
import { filledIn, formOf } from '@/tests/support/http/action-forms';
import { askForReset, setNewPassword, takeBack } from '@/tests/support/http/mail-links';
import { mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { ask, bearer, oauthErrorOf, refreshProgram, signInProgram } from '@/tests/support/http/programs';
import { type Answer, atOnce, type RequestOptions, send } from '@/tests/support/http/requests';
import { assertionOf, givePasskey } from '@/tests/support/passkey';
import { COOKIE, type Cookies, createPerson, PASSWORD, type Person, prepareSession } from '@/tests/support/people';
import { proved, roundsOf } from '@/tests/support/proof';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const KEEP_LINK = /^https?:\/\/\S+\/undo\?token=([\w-]+)$/m;
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';

const leave = (cookies: Cookies, options: RequestOptions = {}) =>
  send(server, '/api/account', { method: 'DELETE', cookies, ...options });
const logIn = ({ email }: Person, password = PASSWORD) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password } });
const newOwner = () => createPerson({ hasPassword: true });
const deletesAtOf = async ({ id }: Person) => (await db().user.findUniqueOrThrow({ where: { id } })).deletesAt;
const eventsOf = ({ id }: Person, type: string) => db().auditEvent.count({ where: { userId: id, type } });
async function leftBy(person: Person): Promise<string> {
  expect((await leave((await prepareSession(person, true, ['pwd', 'otp', 'mfa'])).cookies)).status).toBe(202);
  const mail = await mailTo(server, person.email, { pattern: /asked for it to be deleted/ });
  return KEEP_LINK.exec(mail.text)?.[1] ?? '';
}
/** What waiting for a week would do. */
const makeDue = ({ id }: Person) =>
  db().$executeRaw`UPDATE "User" SET "deletesAt" = now() - interval '1 second' WHERE id = ${id}`;

// Promise: Who deletes their account is signed out everywhere
describe('a person who has their account deleted', () => {
  it('is signed out everywhere at once, signs in no more, and is told by mail', async () => {
    const owner = await newOwner();
    const [session, other] = [await prepareSession(owner), await prepareSession(owner)];
    const { tokens } = await signInProgram(server, owner);
    const bystander = await prepareSession();
    const { result: answer, statements } = await countStatements(databaseUrl, () => leave(session.cookies));
    expect(answer.status, answer.text).toBe(202);
    const { deletesAt } = answer.json() as { deletesAt: string };
    expect(await deletesAtOf(owner)).toEqual(new Date(deletesAt));
    expect(Math.abs(Date.parse(deletesAt) - Date.now() - days(7) * 1_000)).toBeLessThan(60_000);
    expect(budgeted(statements)).toBeLessThanOrEqual(3);
    expect([answer.cookies[COOKIE.access], answer.cookies[COOKIE.refresh]]).toEqual(['', '']);
    expect(answer.headers['clear-site-data']).toContain('"cache"');

    for (const { cookies } of [session, other]) {
      expect((await send(server, '/api/auth/session', { cookies })).status).toBe(401);
    }
    expect((await send(server, '/api/me', bearer(tokens.access_token))).status).toBe(401);
    expect((await send(server, '/api/auth/session', { cookies: bystander.cookies })).status).toBe(200);
    expect(await db().session.groupBy({ by: ['endReason'], where: { userId: owner.id }, _count: true })).toEqual([
      { endReason: 'deleted', _count: 3 },
    ]);
    expect(await eventsOf(owner, 'account_deletion_requested')).toBe(1);
    const mail = await mailTo(server, owner.email, { pattern: /asked for it to be deleted/ });
    expect(mail.subject).toBe('Your account will be deleted');
    expect(problemOf(await logIn(owner))).toBe('401 invalid_credentials');
  });

  it('needs a fresh proof and a browser; without them nothing has happened', async () => {
    const session = await prepareSession(await newOwner());
    await ageProof(session.id);
    const old = await leave(session.cookies);
    expect([problemOf(old), old.json()]).toMatchObject(['403 step_up_required', { methods: ['password'] }]);
    const { tokens } = await signInProgram(server, session.person);
    const { headers } = bearer(tokens.access_token);
    expect(problemOf(await leave(session.cookies, { headers }))).toBe('403 forbidden');
    expect(problemOf(await leave({}))).toBe('401 unauthenticated');
    expect(await deletesAtOf(session.person)).toBeNull();
    expect((await send(server, '/api/auth/session', { cookies: session.cookies })).status).toBe(200);
  });

  it('is refused on every path, in the words and with the rows of a disabled account', async () => {
    const column = ['deletesAt', 'disabledAt'] as const;
    const [leaving, disabled] = await Promise.all(column.map((name) => refusalsOf(name)));
    expect(leaving).toEqual(disabled);
    expect(Object.values(leaving ?? {}).filter((answer) => /^2/.test(answer))).toEqual([]);
    expect(Object.keys(leaving ?? {}).length).toBeGreaterThan(12);
  });

  it('keeps the address until the account is gone, and not longer', async () => {
    const owner = await newOwner();
    await leftBy(owner);
    const json = { email: owner.email, password: NEW_PASSWORD };
    await send(server, '/api/auth/register', { method: 'POST', json });
    expect((await mailTo(server, owner.email, { pattern: /Somebody|already/ })).subject).toBe(
      'You already have an account',
    );
    const { cookies } = await prepareSession();
    await changeEmail(server, cookies, owner.email);
    await mailTo(server, owner.email, { pattern: /asked to use this address/ });
    await makeDue(owner);
    await deleteExpired();
    const signUp = await send(server, '/api/auth/register', { method: 'POST', json });
    const code = /^\d{6}$/m.exec((await mailTo(server, owner.email, { pattern: /^\d{6}$/m })).text)?.[0];
    const done = await send(server, '/api/auth/verify-email', {
      method: 'POST',
      json: { code },
      cookies: signUp.cookies,
    });
    expect(done.status, done.text).toBe(200);
    expect(done.json()).toMatchObject({ user: { email: owner.email } });
  });
});

/** What somebody is answered who may not sign in, because of what stands in `column`, on each way in, by its name. */
async function refusalsOf(column: 'deletesAt' | 'disabledAt'): Promise<Record<string, string>> {
  const owner: Protected = await createProtected();
  const passkey = await givePasskey(owner);
  const halfway = await send(server, '/api/auth/login', {
    method: 'POST',
    json: { email: owner.email, password: PASSWORD },
  });
  expect(halfway.json()).toMatchObject({ status: 'mfa_required' });
  // Without an end of their own: sessions that a slow sign-in left behind, as far as these ways are concerned.
  const browser = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
  const stale = await prepareSession(owner);
  const { tokens } = await signInProgram(server, owner, { code: owner.codes[0] ?? '' });
  const reset = await giveLink(owner);
  const asked = await send(server, '/api/auth/passkey/options', { method: 'POST', json: { for: 'sign_in' } });
  const { ceremony, options } = asked.json() as { ceremony: string; options: { challenge: string } };
  await sql(databaseUrl, `UPDATE "User" SET "${column}" = now() + interval '1 day' WHERE id = $1`, [owner.id]);

  const code = () => codeOf(owner.key);
  const told = (answer: Answer) => (answer.status < 400 ? `${answer.status}` : problemOf(answer));
  const change = async (method: string, path: string, json: object = {}) =>
    told(await send(server, path, { method, json, cookies: browser.accessOnly }));
  const program = { email: owner.email, password: PASSWORD, code: owner.codes[1] ?? '' };
  const refusals = {
    password: told(await logIn(owner)),
    wrongPassword: told(await logIn(owner, NEW_PASSWORD)),
    secondStep: told(
      await send(server, '/api/auth/login/mfa', { method: 'POST', json: { code: code() }, cookies: halfway.cookies }),
    ),
    passkey: told(
      await send(server, '/api/auth/passkey', {
        method: 'POST',
        json: { ceremony, assertion: assertionOf(passkey, options) },
      }),
    ),
    token: oauthErrorOf(await ask(server, '/api/auth/token', program)),
    refresh: told(await send(server, '/api/auth/refresh', { method: 'POST', cookies: stale.refreshOnly })),
    programRefresh: oauthErrorOf(await refreshProgram(server, tokens.refresh_token)),
    resetLink: told(await setNewPassword(server, reset, NEW_PASSWORD)),
    me: told(await send(server, '/api/me', { cookies: browser.accessOnly })),
    stepUp: told(await stepUp(server, stale.accessOnly, PASSWORD)),
    newPassword: await change('POST', '/api/account/password', {
      currentPassword: PASSWORD,
      newPassword: NEW_PASSWORD,
    }),
    email: await change('POST', '/api/account/email', { email: 'elsewhere@people.test' }),
    totp: await change('DELETE', '/api/account/totp'),
    codes: await change('POST', '/api/account/recovery-codes'),
    passkeyOptions: await change('POST', '/api/account/passkeys/options'),
    security: await change('GET', '/api/account/security'),
    data: await change('POST', '/api/account/export'),
    deletion: await change('DELETE', '/api/account'),
  };
  await askForReset(server, owner.email);
  const links = await db().mailLink.findMany({ where: { address: owner.email, userId: null } });
  return {
    ...refusals,
    forgotten: `${links.length} of nobody, ${await db().session.count({ where: { userId: owner.id } })}`,
  };
}

// Promise: An account that is to be deleted is kept by a link
describe('an account that is to be deleted is kept', () => {
  it('by the link in the mail, once, which signs nobody in; then it is as before', async () => {
    const owner = await newOwner();
    const token = await leftBy(owner);
    const answers = await atOnce(16, () => takeBack(server, token));
    expect(answers.filter(({ status }) => status === 204).map((answer) => answer.setCookieLines)).toEqual([[]]);
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(15);
    expect(await deletesAtOf(owner)).toBeNull();
    expect(await eventsOf(owner, 'account_deletion_undone')).toBe(1);
    expect((await logIn(owner)).status).toBe(200);
    await leftBy(owner);
    expect(problemOf(await takeBack(server, token))).toBe('401 invalid_token');
    expect(await deletesAtOf(owner)).not.toBeNull();
  });

  it('not by opening the page of the link, which says what it does', async () => {
    const owner = await newOwner();
    const token = await leftBy(owner);
    for (const method of ['GET', 'HEAD']) await send(server, `/undo?token=${token}`, { method });
    const page = await send(server, `/undo?token=${token}`);
    expect(page.text).toContain('Keep your account?');
    expect(await deletesAtOf(owner)).not.toBeNull();
    const form = { token, kind: 'keep_account' };
    const kept = await send(server, '/api/auth/undo', { method: 'POST', form });
    expect([kept.status, kept.headers.location]).toEqual([303, '/login?kept=1']);
    expect(await deletesAtOf(owner)).toBeNull();
  });

  it('also while it is disabled, and then it stays disabled', async () => {
    const owner = await newOwner();
    const token = await leftBy(owner);
    await db().user.update({ where: { id: owner.id }, data: { disabledAt: new Date() } });
    expect((await takeBack(server, token)).status).toBe(204);
    expect(await deletesAtOf(owner)).toBeNull();
    expect(problemOf(await logIn(owner))).toBe('401 invalid_credentials');
  });

  it.each(['not_me', 'undo_email'] as const)('by taking back a change from before it: %s', async (purpose) => {
    const owner = await newOwner();
    const undo = await giveLink(owner, '1 hour', purpose);
    const keep = await leftBy(owner);
    if (purpose === 'undo_email') {
      await db().user.update({ where: { id: owner.id }, data: { email: `thief-of-${owner.email}` } });
    }
    expect((await takeBack(server, undo)).status).toBe(204);
    expect(await db().user.findUniqueOrThrow({ where: { id: owner.id } })).toMatchObject({
      deletesAt: null,
      email: owner.email,
    });
    expect(await eventsOf(owner, 'account_deletion_undone')).toBe(1);
    expect(problemOf(await takeBack(server, keep))).toBe('401 invalid_token');
  });

  it('not any more when its time is over, whether it is gone already or not', async () => {
    const owner = await newOwner();
    const token = await leftBy(owner);
    await makeDue(owner);
    await sql(databaseUrl, `UPDATE "MailLink" SET "expiresAt" = now() WHERE "userId" = $1`, [owner.id]);
    expect(problemOf(await takeBack(server, token))).toBe('401 invalid_token');
    await deleteExpired();
    expect(problemOf(await takeBack(server, token))).toBe('401 invalid_token');
    expect(problemOf(await logIn(owner))).toBe('401 invalid_credentials');
  });
});

// Promise: The last admin cannot leave
describe('the last admin', () => {
  const newAdmin = () => createPerson({ role: 'admin' });
  beforeEach(() => db().user.updateMany({ data: { role: 'member' } }));

  it('stays, also beside admins who are disabled or leave', async () => {
    const [admin, disabled, leaving] = [await newAdmin(), await newAdmin(), await newAdmin()];
    await db().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    expect((await leave((await prepareSession(leaving)).cookies)).status).toBe(202);
    const session = await prepareSession(admin);
    expect(problemOf(await leave(session.cookies))).toBe('409 last_admin');
    expect(await deletesAtOf(admin)).toBeNull();
    expect((await send(server, '/api/auth/session', { cookies: session.cookies })).status).toBe(200);
    expect(await eventsOf(admin, 'account_deletion_requested')).toBe(0);
    const { cookies } = session;
    const form = await formOf(server, '/account/data', { cookies }, 'Delete my account');
    const page = await send(server, '/account/data', { cookies, ...filledIn({ ...form, sure: '1' }) });
    expect(page.text).toContain('You are the last admin.');
  });

  const ROUNDS = roundsOf(30);
  it(`of two who leave at once is one of them, ${ROUNDS} rounds`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const sessions = [await prepareSession(await newAdmin()), await prepareSession(await newAdmin())];
      const answers = await Promise.all(sessions.map(({ cookies }) => leave(cookies)));
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
      await db().user.updateMany({ data: { role: 'member' } });
    }
    proved({ what: 'two admins who leave at the same moment: one stays', tried: ROUNDS, held: ROUNDS });
  });
});

/** Every row of the database, as text, by table. */
async function everyRow(): Promise<Map<string, string[]>> {
  const tables = await sql<{ name: string }>(
    databaseUrl,
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%'`,
  );
  const rows = new Map<string, string[]>();
  for (const { name } of tables) {
    const found = await sql<{ row: string }>(databaseUrl, `SELECT t::text AS row FROM ${name} t`);
    rows.set(
      name,
      found.map(({ row }) => row),
    );
  }
  return rows;
}
const tablesWith = async (text: string) =>
  [...(await everyRow())].flatMap(([table, rows]) => rows.filter((row) => row.includes(text)).map(() => table));

// Promise: Of a person who is gone nothing is left
describe('when its week is over, cleaning deletes an account', () => {
  const IP = '203.0.113.77';
  const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0';

  /** Somebody of whom there is a row in every table that has rows of people. */
  async function livedIn(): Promise<Person> {
    const owner = await createProtected();
    await givePasskey(owner);
    const { id: sessionId } = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    await db().session.update({ where: { id: sessionId }, data: { ip: IP, userAgent: AGENT, name: 'Kitchen tablet' } });
    await giveLink(owner, '0 s', 'not_me');
    const end = new Date(Date.now() + 60_000);
    await db().factorReset.create({ data: { userId: owner.id, reason: 'Lost', notBefore: end, expiresAt: end } });
    const facts = { userId: owner.id, ip: IP, userAgent: AGENT };
    await recordAudit({ type: 'device_changed', ...facts, details: { from: 'Firefox on Linux' } });
    await recordRepeated({ type: 'sign_in_failed', ...facts }, owner.id);
    return owner;
  }

  it('with every row that is theirs; what happened stays, without address, browser and details', async () => {
    const [owner, other] = [await livedIn(), await livedIn()];
    await db().auditEvent.create({
      data: {
        type: 'role_changed',
        userId: other.id,
        actorId: owner.id,
        ip: IP,
        userAgent: AGENT,
        details: { to: 'admin' },
      },
    });
    const [before] = [await tablesWith(owner.id)];
    const OWN = ['User', 'Password', 'Totp', 'Passkey', 'RecoveryCode', 'Session', 'MailLink', 'FactorReset'];
    expect([...new Set(before)].sort()).toEqual([...OWN, 'AuditEvent'].map((name) => `"${name}"`).sort());
    await leftBy(owner);
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id }, orderBy: { id: 'asc' } })).map(
      ({ type }) => type,
    );
    await makeDue(owner);
    const others = (await everyRow()).get('"User"')?.length ?? 0;
    expect((await deleteExpired()).deleted).toMatchObject({ accounts: 1 });
    expect((await deleteExpired()).deleted).toMatchObject({ accounts: 0 });

    expect([...new Set(await tablesWith(owner.id))]).toEqual(['"AuditEvent"']);
    expect((await everyRow()).get('"User"')).toHaveLength(others - 1);
    const left = await db().auditEvent.findMany({ where: { userId: owner.id }, orderBy: { id: 'asc' } });
    expect(left.map(({ type }) => type)).toEqual([...types, 'account_deleted']);
    const bare = { ip: null, userAgent: null, details: {}, repeatKey: null };
    for (const event of left) expect(event).toMatchObject(bare);
    expect(await db().auditEvent.findFirst({ where: { actorId: owner.id } })).toMatchObject({
      userId: other.id,
      ip: null,
      userAgent: null,
      details: { to: 'admin' },
    });
    // The last mail alone knows the address.
    const mail = await mailTo(server, owner.email, { pattern: /last mail about it/ });
    expect(mail.subject).toBe('Your account was deleted');
    await expect.poll(() => tablesWith(owner.email)).toEqual([]);
    // Everybody else is as they were.
    expect(await db().auditEvent.count({ where: { userId: other.id, ip: IP } })).toBe(2);
    expect([...new Set(await tablesWith(other.id))].sort()).toEqual([...new Set(before)].sort());
  });

  it('with its events or not at all', async () => {
    const owner = await livedIn();
    await makeDue(owner);
    const allow = await refuseChanges(databaseUrl, 'UPDATE', 'AuditEvent');
    expect((await deleteExpired()).failures.map(({ kind }) => kind)).toEqual(['accounts']);
    expect(await deletesAtOf(owner)).not.toBeNull();
    expect(await db().auditEvent.count({ where: { userId: owner.id, ip: IP } })).toBe(2);
    await allow();
    expect((await deleteExpired()).deleted.accounts).toBe(1);
  });

  it('though another one cannot be deleted, because of rows of the owner of the site', async () => {
    const [stuck, due] = [await newOwner(), await newOwner()];
    await sql(databaseUrl, 'CREATE TABLE invoices (owner text REFERENCES "User" (id))');
    await sql(databaseUrl, 'INSERT INTO invoices VALUES ($1)', [stuck.id]);
    await makeDue(stuck);
    await makeDue(due);
    const [failure] = (await deleteExpired()).failures;
    expect([failure?.kind, String(failure?.error)]).toEqual([
      'accounts',
      expect.stringContaining('1 of 2 accounts could not be deleted'),
    ]);
    const left = await db().user.findMany({ where: { id: { in: [stuck.id, due.id] } } });
    expect(left.map(({ id }) => id)).toEqual([stuck.id]);
    await sql(databaseUrl, 'DROP TABLE invoices');
    expect((await deleteExpired()).deleted.accounts).toBe(1);
  });

  it('later where somebody holds it at this moment, and no other before its time', async () => {
    const [held, due, kept] = [await newOwner(), await newOwner(), await newOwner()];
    await leftBy(kept);
    for (const owner of [held, due]) await makeDue(owner);
    const release = await holdLocks(databaseUrl, `SELECT FROM "User" WHERE id = '${held.id}' FOR SHARE`);
    expect((await deleteExpired()).deleted.accounts).toBe(1);
    await release();
    expect((await deleteExpired()).deleted.accounts).toBe(1);
    expect(await deletesAtOf(kept)).not.toBeNull();
  });

  it('and what was still being counted of it is written without address, browser and details', async () => {
    const owner = await newOwner();
    const failed = { type: 'second_factor_failed', userId: owner.id, ip: IP, userAgent: AGENT } as const;
    const record = () => recordRepeated({ ...failed, details: { method: 'totp' } }, owner.id);
    // What is counted is added by a timer that begins within the first call. It ends here once the account is gone.
    let addCounted = () => {};
    const timers = vi.spyOn(globalThis, 'setTimeout').mockImplementationOnce(((work: () => void) => {
      addCounted = work;
      return { unref: () => {} };
    }) as unknown as typeof setTimeout);
    const first = record();
    timers.mockRestore();
    await first;
    for (let n = 0; n < 2; n += 1) await record();
    await makeDue(owner);
    expect((await deleteExpired()).deleted.accounts).toBe(1);
    addCounted();
    const written = () =>
      db().auditEvent.findMany({ where: { userId: owner.id, type: 'second_factor_failed' }, orderBy: { id: 'asc' } });
    await expect.poll(async () => (await written()).map(({ details }) => details)).toEqual([{}, { count: 2 }]);
    for (const { ip, userAgent } of await written()) expect([ip, userAgent]).toEqual([null, null]);
  });
});
