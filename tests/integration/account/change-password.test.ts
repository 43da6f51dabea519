import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { giveLink } from '@/tests/support/database/link-rows';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { createProtected } from '@/tests/support/factors';
import { ageProof, changePassword } from '@/tests/support/http/account';
import { mailedReset, mailedUndo, setNewPassword, takeBack } from '@/tests/support/http/mail-links';
import { mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, prepareSession, sessionRow, signIn } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';

const newOwner = () => createPerson({ hasPassword: true });
const logIn = (email: string, password: string) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password } });
const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
const statusOf = async (options: Parameters<typeof send>[2]) =>
  (await send(server, '/api/auth/session', options)).status;

// Promise: A change of the password ends every other session
describe('a change of the password', () => {
  it('wants the current one, ends every other session of browsers and programs, and tells the owner', async () => {
    const owner = await newOwner();
    const cookies = await signIn(server, owner);
    const other = await signIn(server, owner);
    const { tokens } = await signInProgram(server, owner);
    const bystander = await prepareSession();
    const { result: answer, statements } = await countStatements(databaseUrl, () =>
      changePassword(server, cookies, change),
    );
    expect([answer.status, answer.text]).toEqual([204, '']);
    const own = statements.filter(({ sql }) => /"(Session|RateLimit|Password)"/.test(sql));
    expect(own.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(6);

    for (const old of [cookies, other]) expect(await statusOf({ cookies: old })).toBe(401);
    expect(await statusOf(bearer(tokens.access_token))).toBe(401);
    expect(await statusOf({ cookies: answer.cookies })).toBe(200);
    expect(await statusOf({ cookies: bystander.cookies })).toBe(200);
    expect(problemOf(await logIn(owner.email, PASSWORD))).toBe('401 invalid_credentials');
    expect((await logIn(owner.email, NEW_PASSWORD)).status).toBe(200);

    // The mails about new devices hold such a link, too, and come when they come.
    const mail = await mailTo(server, owner.email, { pattern: /was changed on[\s\S]*It was not me/ });
    expect(mail.subject).toBe('Your password was changed');
    const reasons = await db().session.groupBy({ by: ['endReason'], where: { userId: owner.id }, _count: true });
    expect(reasons).toContainEqual({ endReason: 'password_changed', _count: 2 });
    expect(reasons).toContainEqual({ endReason: 'superseded', _count: 1 });
    const changed = await db().auditEvent.findMany({ where: { userId: owner.id, type: 'password_changed' } });
    expect(changed).toHaveLength(1);
  });

  it('leaves when and how the person proved who they are as it was', async () => {
    const session = await prepareSession(await newOwner(), true, ['pwd', 'otp', 'mfa']);
    await ageProof(session.id, '3 hours');
    const { authenticatedAt, amr, createdAt } = await sessionRow(session.id);
    expect((await changePassword(server, session.cookies, change)).status).toBe(204);
    const successor = await db().session.findFirstOrThrow({ where: { userId: session.person.id, endedAt: null } });
    expect(successor).toMatchObject({ authenticatedAt, amr, createdAt });
  });

  it('is refused with a wrong current one, and then nothing has changed', async () => {
    const { person, cookies } = await prepareSession(await newOwner());
    const wrong = { currentPassword: 'not-the-one-that-was-set-here', newPassword: NEW_PASSWORD };
    expect(problemOf(await changePassword(server, cookies, wrong))).toBe('401 invalid_credentials');
    expect(await statusOf({ cookies })).toBe(200);
    expect((await logIn(person.email, PASSWORD)).status).toBe(200);
  });

  it('names what is wrong with the fields before it compares anything', async () => {
    const { person, cookies } = await prepareSession(
      await createPerson({ name: 'Wilhelmina Featherstonehaugh', hasPassword: true }),
    );
    const faults = [
      [{ newPassword: 'short', currentPassword: 'wrong' }, 'newPassword', 'too_short'],
      [{ newPassword: 'password-password-123', currentPassword: 'wrong' }, 'newPassword', 'common'],
      [{ newPassword: 'wilhelmina featherstonehaugh', currentPassword: 'wrong' }, 'newPassword', 'contains_context'],
      [{ newPassword: PASSWORD, currentPassword: PASSWORD }, 'newPassword', 'unchanged'],
      [{ newPassword: NEW_PASSWORD }, 'currentPassword', 'current_missing'],
      [{ currentPassword: PASSWORD }, 'newPassword', expect.any(String)],
      [{ newPassword: [NEW_PASSWORD], currentPassword: PASSWORD }, 'newPassword', expect.any(String)],
    ] as const;
    const counted = () =>
      db().rateLimit.aggregate({ where: { key: { startsWith: 'device:' } }, _sum: { failures: true } });
    const before = await counted();
    for (const [json, field, code] of faults) {
      const answer = await changePassword(server, cookies, json);
      expect(problemOf(answer)).toBe('422 validation_failed');
      expect(answer.json()).toMatchObject({ errors: [{ field, code }] });
    }
    expect(await counted()).toEqual(before);
    expect((await logIn(person.email, PASSWORD)).status).toBe(200);
  });

  it('wants a fresh proof from somebody who has no password, and sets one then', async () => {
    const session = await prepareSession(await createPerson());
    await ageProof(session.id);
    const old = await changePassword(server, session.cookies, { newPassword: NEW_PASSWORD });
    expect([problemOf(old), old.json()]).toMatchObject(['403 step_up_required', { methods: [] }]);
    await ageProof(session.id, '-11 minutes');
    expect((await changePassword(server, session.cookies, { newPassword: NEW_PASSWORD })).status).toBe(204);
    expect((await logIn(session.person.email, NEW_PASSWORD)).status).toBe(200);
  });

  it('wants a fresh second factor besides the current password from somebody who has one', async () => {
    const owner = await createProtected();
    const session = await prepareSession(owner, true, ['pwd', 'otp', 'mfa']);
    await ageProof(session.id);
    const old = await changePassword(server, session.cookies, change);
    expect([problemOf(old), old.json()]).toMatchObject(['403 step_up_required', { methods: ['totp', 'recovery'] }]);
    await ageProof(session.id, '-11 minutes');
    const wrong = { ...change, currentPassword: 'not-the-one-that-was-set-here' };
    expect(problemOf(await changePassword(server, session.cookies, wrong))).toBe('401 invalid_credentials');
    expect((await changePassword(server, session.cookies, change)).status).toBe(204);
  });

  it('ends every link to a new password that was mailed before', async () => {
    const { person, cookies } = await prepareSession(await newOwner());
    const links = [await giveLink(person), await giveLink(person)];
    expect((await changePassword(server, cookies, change)).status).toBe(204);
    for (const token of links) {
      expect(problemOf(await setNewPassword(server, token, `${NEW_PASSWORD} again`))).toBe('401 invalid_token');
    }
  });

  it('is taken back by "It was not me", and the thief who made it is out', async () => {
    const owner = await newOwner();
    const thief = await prepareSession(owner);
    const changed = await changePassword(server, thief.cookies, change);
    const token = await mailedUndo(server, owner.email);
    expect((await takeBack(server, token)).status).toBe(204);
    expect(await statusOf({ cookies: changed.cookies })).toBe(401);
    expect(problemOf(await logIn(owner.email, NEW_PASSWORD))).toBe('401 invalid_credentials');
    const { token: reset } = await mailedReset(server, owner.email);
    expect((await setNewPassword(server, reset, PASSWORD)).status).toBe(204);
    expect((await logIn(owner.email, PASSWORD)).status).toBe(200);
  });

  it('of several at once one wins, and it is the password and the session of whoever was told so', async () => {
    const owner = await newOwner();
    const sessions = [await prepareSession(owner), await prepareSession(owner), await prepareSession(owner)];
    const answers = await atOnce(3, (n) =>
      changePassword(server, sessions[n]?.cookies ?? {}, { ...change, newPassword: `${NEW_PASSWORD} ${n}` }),
    );
    const winners = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
    expect(winners).toHaveLength(1);
    const [winner = 0] = winners;
    expect((await logIn(owner.email, `${NEW_PASSWORD} ${winner}`)).status).toBe(200);
    expect(await statusOf({ cookies: answers[winner]?.cookies ?? {} })).toBe(200);
    const live = await db().session.count({ where: { userId: owner.id, endedAt: null } });
    expect(live).toBe(2);
  });
});
