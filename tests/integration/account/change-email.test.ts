import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { giveLink } from '@/tests/support/database/link-rows';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { changeEmail, confirmEmail } from '@/tests/support/http/account';
import { mailedReset, mailedUndo, setNewPassword, takeBack } from '@/tests/support/http/mail-links';
import { mailedCode, mailsTo, mailTo, otherThan } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, SITE, send } from '@/tests/support/http/requests';
import {
  COOKIE,
  type Cookies,
  createPerson,
  PASSWORD,
  type Person,
  prepareSession,
  signIn,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';
let addresses = 0;
const newAddress = () => `moved-${String(++addresses).padStart(3, '0')}@people.test`;
const newOwner = () => createPerson({ hasPassword: true });
const logIn = (email: string, password = PASSWORD, cookies: Cookies = {}) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password }, cookies });
const statusOf = async (options: Parameters<typeof send>[2]) =>
  (await send(server, '/api/auth/session', options)).status;
const untilDrained = () => expect.poll(() => db().outbox.count(), { timeout: 5_000 }).toBe(0);
const emailOf = async ({ id }: Person) => (await db().user.findUniqueOrThrow({ where: { id } })).email;

/** Asks for a change by a session that was just begun; `cookies` with the pending one. */
async function ask(owner: Person, email: string) {
  const session = await prepareSession(owner);
  const answer = await changeEmail(server, session.cookies, email);
  expect([answer.status, answer.json()]).toEqual([202, { status: 'verification_sent' }]);
  return { session, cookies: { ...session.cookies, ...answer.cookies } };
}

/** Changes an address from the asking to the end. */
async function move(owner: Person, email: string) {
  const { cookies } = await ask(owner, email);
  const answer = await confirmEmail(server, cookies, await mailedCode(server, email));
  expect(answer.status, answer.text).toBe(200);
  return answer.cookies;
}

// Promise: An address changes only by a code, in the browser that asked for it
describe('a change of address', () => {
  it('is proven by a code at the new one, ends every other session, and tells both mailboxes', async () => {
    const owner = await newOwner();
    const email = newAddress();
    const other = await signIn(server, owner);
    const { tokens } = await signInProgram(server, owner);
    const link = await giveLink(owner);
    const session = await prepareSession(owner);
    const asked = await countStatements(databaseUrl, () => changeEmail(server, session.cookies, email));
    const cookies = { ...session.cookies, ...asked.result.cookies };
    expect(await statusOf({ cookies: other })).toBe(200);
    expect(await emailOf(owner)).toBe(owner.email);
    const code = await mailedCode(server, email);
    await untilDrained();
    const done = await countStatements(databaseUrl, () => confirmEmail(server, cookies, code));
    const answer = done.result;
    expect([answer.status, answer.json()]).toMatchObject([200, { user: { id: owner.id, email } }]);
    const counts = [asked, done].map(({ statements }) =>
      statements
        .filter(({ sql }) => /"(Session|RateLimit|Ceremony|User)"/.test(sql) && !/"nextAttemptAt"/.test(sql))
        .reduce((sum, { calls }) => sum + calls, 0),
    );
    expect(counts[0]).toBeLessThanOrEqual(4);
    expect(counts[1]).toBeLessThanOrEqual(6);

    for (const old of [session.cookies, other]) expect(await statusOf({ cookies: old })).toBe(401);
    expect(await statusOf(bearer(tokens.access_token))).toBe(401);
    expect(await statusOf({ cookies: answer.cookies })).toBe(200);
    expect(problemOf(await setNewPassword(server, link, NEW_PASSWORD))).toBe('401 invalid_token');
    expect(problemOf(await logIn(owner.email))).toBe('401 invalid_credentials');
    expect((await logIn(email)).status).toBe(200);
    expect(answer.cookies[COOKIE.pending]).toBe('');

    await mailTo(server, owner.email, { pattern: /asked to change its email address/ });
    await mailTo(server, owner.email, { pattern: /Undo the change/ });
    const welcome = await mailTo(server, email, { pattern: /has this email address now/ });
    expect(welcome.text).not.toMatch(/\/undo|\/reset-password/);
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id } })).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['email_change_requested', 'email_changed']));
    const reasons = await db().session.groupBy({ by: ['endReason'], where: { userId: owner.id }, _count: true });
    expect(reasons).toContainEqual({ endReason: 'email_changed', _count: 2 });
  });

  it('mails links to the configured origin, whatever the request says of its host', async () => {
    const owner = await newOwner();
    const email = newAddress();
    const headers = {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-forwarded-proto': 'https',
    };
    const session = await prepareSession(owner);
    const asked = await changeEmail(server, session.cookies, email, { headers });
    const code = await mailedCode(server, email);
    expect((await confirmEmail(server, { ...session.cookies, ...asked.cookies }, code, { headers })).status).toBe(200);
    await untilDrained();
    const texts = [...(await mailsTo(server, owner.email)), ...(await mailsTo(server, email))].map(
      ({ text, html }) => text + html,
    );
    expect(
      texts
        .join('')
        .match(/https?:\/\/[^/\s"]+/g)
        ?.filter((origin) => origin !== SITE),
    ).toEqual([]);
  });

  it('makes this browser a known one of the new address, so that strangers who guess there do not stop it', async () => {
    const owner = await newOwner();
    const email = newAddress();
    const cookies = await move(owner, email);
    for (let n = 0; n < 6; n += 1) await logIn(email, 'not-the-one-that-was-set-here');
    const device = { [COOKIE.device]: cookies[COOKIE.device] ?? '' };
    expect((await logIn(email, PASSWORD, device)).status).toBe(200);
  });

  it('to an address that somebody has is answered alike, tells its owner, and no code finishes it', async () => {
    const owner = await newOwner();
    const taken = await newOwner();
    const looks = [];
    for (const email of [newAddress(), taken.email]) {
      const session = await prepareSession(owner);
      const answer = await changeEmail(server, session.cookies, email);
      const { date: _date, 'set-cookie': _cookies, ...headers } = answer.headers;
      looks.push({
        status: answer.status,
        text: answer.text,
        headers,
        pending: answer.cookies[COOKIE.pending]?.length,
      });
      const cookies = { ...session.cookies, ...answer.cookies };
      if (email === taken.email) {
        for (const code of ['000000', '------', '......']) {
          expect(problemOf(await confirmEmail(server, cookies, code))).toMatch(
            /^(401 invalid_code|422 validation_failed)$/,
          );
        }
      }
    }
    // Addresses of other lengths make sealed texts of other lengths.
    expect({ ...looks[1], pending: 0 }).toEqual({ ...looks[0], pending: 0 });
    await untilDrained();
    const told = await mailsTo(server, taken.email);
    expect(told.map(({ subject }) => subject)).toEqual(['Somebody asked to use this address']);
    expect(await emailOf(owner)).toBe(owner.email);
  });

  it('is refused with another code, in another session, by another person and after the code was used', async () => {
    const owner = await newOwner();
    const email = newAddress();
    const { cookies } = await ask(owner, email);
    const code = await mailedCode(server, email);
    expect(problemOf(await confirmEmail(server, cookies, otherThan(code)))).toBe('401 invalid_code');
    const pending = { [COOKIE.pending]: cookies[COOKIE.pending] ?? '' };
    const sameperson = await prepareSession(owner);
    const stranger = await prepareSession();
    for (const { cookies: theirs } of [sameperson, stranger]) {
      expect(problemOf(await confirmEmail(server, { ...theirs, ...pending }, code))).toBe('401 invalid_code');
    }
    const answer = await confirmEmail(server, cookies, code);
    expect(answer.status).toBe(200);
    expect(problemOf(await confirmEmail(server, { ...answer.cookies, ...pending }, code))).toBe('401 invalid_code');
  });

  it('has five tries of its code, whatever is sent again', async () => {
    const owner = await newOwner();
    const email = newAddress();
    const { cookies } = await ask(owner, email);
    const code = await mailedCode(server, email);
    for (let n = 1; n <= 5; n += 1) await confirmEmail(server, cookies, otherThan(code, n));
    expect(problemOf(await confirmEmail(server, cookies, code))).toBe('401 invalid_code');
    expect(await emailOf(owner)).toBe(owner.email);
  });

  it('16 uses of one code at once: one success, and one change', async () => {
    const owner = await newOwner();
    const email = newAddress();
    const { cookies } = await ask(owner, email);
    const code = await mailedCode(server, email);
    const answers = await atOnce(16, () => confirmEmail(server, cookies, code));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await db().auditEvent.count({ where: { userId: owner.id, type: 'email_changed' } })).toBe(1);
  });

  it('keeps the id of whoever has the account, and gives another to who has the address afterwards', async () => {
    const owner = await newOwner();
    const cookies = await move(owner, newAddress());
    const subOf = async (jar: Cookies) =>
      (await send(server, '/api/auth/session', { cookies: jar })).json() as { sub: string };
    // As after the three days in which the address is kept for its owner.
    await db().mailLink.deleteMany({ where: { userId: owner.id } });
    const next = await createPerson({ email: owner.email, hasPassword: true });
    const { cookies: ofNext } = await logIn(owner.email);
    expect(await subOf(ofNext)).toMatchObject({ sub: next.id });
    expect(await subOf(cookies)).toMatchObject({ sub: owner.id });
    expect(next.id).not.toBe(owner.id);
  });

  it('of two people to one address: the second code is refused, and nothing of theirs has changed', async () => {
    const [first, second] = [await newOwner(), await newOwner()];
    const email = newAddress();
    const one = await ask(first, email);
    const codeOne = await mailedCode(server, email, 1);
    const two = await ask(second, email);
    const codeTwo = await mailedCode(server, email, 2);
    expect((await confirmEmail(server, one.cookies, codeOne)).status).toBe(200);
    expect(problemOf(await confirmEmail(server, two.cookies, codeTwo))).toBe('401 invalid_code');
    expect(await emailOf(second)).toBe(second.email);
    expect(await statusOf({ cookies: two.session.cookies })).toBe(200);
  });

  it('names what is wrong with an address, its own among it', async () => {
    const { person, cookies } = await prepareSession(await newOwner());
    for (const email of ['', 'nobody', ['a@people.test', 'b@people.test'], person.email, person.email.toUpperCase()]) {
      const answer = await send(server, '/api/account/email', { method: 'POST', json: { email }, cookies });
      expect(problemOf(answer)).toBe('422 validation_failed');
      expect(answer.json()).toMatchObject({ errors: [{ field: 'email' }] });
    }
  });

  it('causes five mails an hour to an address, known or not, and the sixth answer is the same', async () => {
    const email = newAddress();
    for (let n = 0; n < 6; n += 1) await ask(await newOwner(), email);
    await untilDrained();
    expect(await mailsTo(server, email)).toHaveLength(5);
  });

  it('is asked for five times an hour by one person, who is told when to come back', async () => {
    const owner = await newOwner();
    const { cookies } = await prepareSession(owner);
    for (let n = 0; n < 5; n += 1) expect((await changeEmail(server, cookies, newAddress())).status).toBe(202);
    const answer = await changeEmail(server, cookies, newAddress());
    expect(problemOf(answer)).toBe('429 too_many_attempts');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await untilDrained();
    expect(await mailsTo(server, owner.email)).toHaveLength(5);
  });
});

// Promise: The owner of an address that was changed has it again for three days
describe('the link "Undo the change"', () => {
  it('gives the account its address again, deletes the password, ends every session and mails the way to a new one', async () => {
    const owner = await newOwner();
    const thief = await move(owner, newAddress());
    const ofThief = await emailOf(owner);
    await logIn(ofThief);
    const late = await giveLink({ ...owner, email: ofThief }, '0 s', 'not_me');
    const token = await mailedUndo(server, owner.email);
    const { result: answer, statements } = await countStatements(databaseUrl, () => takeBack(server, token, thief));
    expect([answer.status, answer.setCookieLines]).toEqual([204, []]);
    const own = statements.filter(({ sql }) => /"(Session|MailLink|RateLimit)"/.test(sql));
    expect(own.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(3);

    expect(await emailOf(owner)).toBe(owner.email);
    expect(await statusOf({ cookies: thief })).toBe(401);
    expect(await db().session.count({ where: { userId: owner.id, endedAt: null } })).toBe(0);
    for (const email of [owner.email, ofThief]) expect(problemOf(await logIn(email))).toBe('401 invalid_credentials');
    for (const dead of [late, token]) expect(problemOf(await takeBack(server, dead))).toBe('401 invalid_token');
    const { token: reset } = await mailedReset(server, owner.email);
    expect((await setNewPassword(server, reset, NEW_PASSWORD)).status).toBe(204);
    expect((await logIn(owner.email, NEW_PASSWORD)).status).toBe(200);
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id } })).map(({ type }) => type);
    expect(types).toContain('email_change_undone');
  });

  it('keeps the address for its owner meanwhile: nobody signs up with it or moves to it', async () => {
    const owner = await newOwner();
    await move(owner, newAddress());
    const json = { email: owner.email, password: NEW_PASSWORD };
    const begun = await send(server, '/api/auth/register', { method: 'POST', json });
    expect(begun.status).toBe(202);
    const stranger = await newOwner();
    await ask(stranger, owner.email);
    await untilDrained();
    const subjects = (await mailsTo(server, owner.email)).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === 'Somebody asked to use this address')).toHaveLength(2);
    expect(subjects.filter((subject) => subject.endsWith('code'))).toEqual([]);
  });

  it('wins over a sign-up that was under way when the address became free', async () => {
    const owner = await newOwner();
    const freed = newAddress();
    await db().user.update({ where: { id: owner.id }, data: { email: newAddress() } });
    const begun = await send(server, '/api/auth/register', {
      method: 'POST',
      json: { email: freed, password: NEW_PASSWORD },
    });
    const code = await mailedCode(server, freed);
    await giveLink({ ...owner, email: freed }, '0 s', 'undo_email');
    const answer = await send(server, '/api/auth/verify-email', {
      method: 'POST',
      json: { code },
      cookies: begun.cookies,
    });
    expect(problemOf(answer)).toBe('401 invalid_code');
  });

  it('lets nobody change the address once more before it is over', async () => {
    const owner = await newOwner();
    const cookies = await move(owner, newAddress());
    expect(problemOf(await changeEmail(server, cookies, newAddress()))).toBe('409 email_change_recent');
    await db().mailLink.updateMany({ where: { userId: owner.id }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    expect((await changeEmail(server, cookies, newAddress())).status).toBe(202);
  });

  it('of the first change wins over that of a second one, whoever had the second mailbox', async () => {
    const owner = await newOwner();
    const [mine, thiefs, last] = [owner.email, newAddress(), newAddress()];
    const first = await giveLink(owner, '2 hours', 'undo_email');
    await db().user.update({ where: { id: owner.id }, data: { email: last } });
    const second = await giveLink({ ...owner, email: thiefs }, '1 hour', 'undo_email');
    expect((await takeBack(server, first)).status).toBe(204);
    expect(await emailOf(owner)).toBe(mine);
    expect(problemOf(await takeBack(server, second))).toBe('401 invalid_token');
    expect(await emailOf(owner)).toBe(mine);
  });

  it('of the second change leaves that of the first alone', async () => {
    const owner = await newOwner();
    const first = await giveLink(owner, '2 hours', 'undo_email');
    const thiefs = newAddress();
    await db().user.update({ where: { id: owner.id }, data: { email: newAddress() } });
    const second = await giveLink({ ...owner, email: thiefs }, '1 hour', 'undo_email');
    expect((await takeBack(server, second)).status).toBe(204);
    expect(await emailOf(owner)).toBe(thiefs);
    expect((await takeBack(server, first)).status).toBe(204);
    expect(await emailOf(owner)).toBe(owner.email);
  });

  it('"It was not me" about something before the change gives the address back as well', async () => {
    const owner = await newOwner();
    const notMe = await giveLink(owner, '0 s', 'not_me');
    await move(owner, newAddress());
    const undo = await mailedUndo(server, owner.email);
    expect((await takeBack(server, notMe)).status).toBe(204);
    expect(await emailOf(owner)).toBe(owner.email);
    expect(problemOf(await takeBack(server, undo))).toBe('401 invalid_token');
    await mailedReset(server, owner.email);
  });

  it('does all but that when somebody else has the address, and says so in the audit log', async () => {
    const owner = await newOwner();
    const token = await giveLink(owner, '1 hour', 'undo_email');
    const moved = newAddress();
    await db().user.update({ where: { id: owner.id }, data: { email: moved } });
    await createPerson({ email: owner.email });
    const { cookies } = await prepareSession(owner);
    expect((await takeBack(server, token)).status).toBe(204);
    expect(await emailOf(owner)).toBe(moved);
    expect(await statusOf({ cookies })).toBe(401);
    expect(problemOf(await logIn(moved))).toBe('401 invalid_credentials');
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id } })).map(({ type }) => type);
    expect(types).toContain('email_undo_conflict');
  });

  it('16 uses at once: one success, and one mail with a link to a new password', async () => {
    const owner = await newOwner();
    await move(owner, newAddress());
    const token = await mailedUndo(server, owner.email);
    const answers = await atOnce(16, () => takeBack(server, token));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    await mailedReset(server, owner.email, 1);
  });
});
