import { describe, expect, it } from 'vitest';
import { newLinkToken } from '@/lib/core/token/link-token';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import { giveLink } from '@/tests/support/database/link-rows';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { mailedReset, mailedUndo, setNewPassword, takeBack } from '@/tests/support/http/mail-links';
import { problemOf } from '@/tests/support/http/problems';
import { atOnce, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, prepareSession } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const OF_THE_THIEF = 'thirty-borrowed-keys-and-a-ladder';
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';

const newOwner = () => createPerson({ hasPassword: true });
const logIn = (email: string, password: string) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password } });

// Promise: "It was not me" in the mail about a changed password takes it back
describe('"It was not me"', () => {
  it('deletes the password, ends every session, signs nobody in and mails the way to a new one', async () => {
    const owner = await newOwner();
    expect((await setNewPassword(server, await giveLink(owner), OF_THE_THIEF)).status).toBe(204);
    const token = await mailedUndo(server, owner.email);
    const thief = await logIn(owner.email, OF_THE_THIEF);
    expect(thief.status).toBe(200);

    const { result: answer, statements } = await countStatements(databaseUrl, () =>
      takeBack(server, token, thief.cookies),
    );
    expect([answer.status, answer.text, answer.setCookieLines]).toEqual([204, '', []]);
    const own = statements.filter(({ sql }) => /"MailLink"|"Session"|"Password"/.test(sql));
    expect(own.map(({ calls }) => calls)).toEqual([1, 1, 1]);
    expect((await send(server, '/api/auth/session', { cookies: thief.cookies })).status).toBe(401);
    for (const password of [OF_THE_THIEF, PASSWORD]) {
      expect(problemOf(await logIn(owner.email, password))).toBe('401 invalid_credentials');
    }
    const { token: reset } = await mailedReset(server, owner.email);
    expect((await setNewPassword(server, reset, NEW_PASSWORD)).status).toBe(204);
    expect((await logIn(owner.email, NEW_PASSWORD)).status).toBe(200);
    const ends = await db().session.findMany({ where: { userId: owner.id, endReason: 'undone' } });
    expect(ends).toHaveLength(1);
    expect(await db().auditEvent.count({ where: { userId: owner.id, type: 'not_me_reported' } })).toBe(1);
  });

  it('takes with it every link to a new password and all that was mailed since, and no older report', async () => {
    const owner = await newOwner();
    const other = await newOwner();
    const older = await giveLink(owner, '2 hours', 'not_me');
    const mine = await giveLink(owner, '1 hour', 'not_me');
    const later = await giveLink(owner, '10 minutes', 'not_me');
    const resets = [await giveLink(owner, '20 minutes'), await giveLink(owner)];
    const foreign = await giveLink(other);
    expect((await takeBack(server, mine)).status).toBe(204);
    for (const token of [mine, later]) {
      expect(problemOf(await takeBack(server, token))).toBe('401 invalid_token');
    }
    for (const token of resets) {
      expect(problemOf(await setNewPassword(server, token, OF_THE_THIEF))).toBe('401 invalid_token');
    }
    expect((await setNewPassword(server, foreign, NEW_PASSWORD)).status).toBe(204);
    expect((await takeBack(server, older)).status).toBe(204);
  });

  it('outlives any number of further resets: an older report wins over what came after it', async () => {
    const owner = await newOwner();
    const mine = await giveLink(owner, '1 hour', 'not_me');
    for (let n = 0; n < 3; n += 1) {
      expect((await setNewPassword(server, await giveLink(owner), `${OF_THE_THIEF} ${n}`)).status).toBe(204);
    }
    expect((await takeBack(server, mine)).status).toBe(204);
    expect(problemOf(await logIn(owner.email, `${OF_THE_THIEF} 2`))).toBe('401 invalid_credentials');
  });

  it('is refused in one way when it is over, made up, of another purpose or of a disabled account', async () => {
    const owner = await newOwner();
    const disabled = await newOwner();
    await db().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    const dead = [
      await giveLink(owner, '73 hours', 'not_me'),
      await giveLink(owner),
      await giveLink(disabled, '0 s', 'not_me'),
      newLinkToken(randomBytes),
      '',
    ];
    for (const token of dead) expect(problemOf(await takeBack(server, token)), token).toBe('401 invalid_token');
    const asReset = await giveLink(owner, '0 s', 'not_me');
    expect(problemOf(await setNewPassword(server, asReset, NEW_PASSWORD))).toBe('401 invalid_token');
    expect((await logIn(owner.email, PASSWORD)).status).toBe(200);
  });

  it('16 uses at once: one success, one mail', async () => {
    const owner = await newOwner();
    const bystander = await prepareSession();
    const token = await giveLink(owner, '0 s', 'not_me');
    const answers = await atOnce(16, () => takeBack(server, token));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(15);
    await mailedReset(server, owner.email, 1);
    expect((await send(server, '/api/auth/session', { cookies: bystander.cookies })).status).toBe(200);
  });

  it('opening its page changes nothing, by GET or HEAD', async () => {
    const owner = await newOwner();
    const token = await giveLink(owner, '0 s', 'not_me');
    for (const method of ['GET', 'HEAD']) {
      for (const page of ['undo', 'reset-password']) {
        const answer = await send(server, `/${page}?token=${token}`, { method });
        expect([answer.status, answer.headers['referrer-policy']]).toEqual([200, 'no-referrer']);
      }
    }
    expect((await takeBack(server, token)).status).toBe(204);
  });
});
