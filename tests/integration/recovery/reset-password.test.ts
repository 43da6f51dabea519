import { describe, expect, it } from 'vitest';
import { toBase64Url } from '@/lib/core/encoding';
import { hashLinkToken, newLinkToken } from '@/lib/core/token/link-token';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import { giveLink } from '@/tests/support/database/link-rows';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { askForReset, mailedReset, setNewPassword } from '@/tests/support/http/mail-links';
import { mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { atOnce, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, prepareSession, signIn } from '@/tests/support/people';
import { proved, roundsOf } from '@/tests/support/proof';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';
const ROUNDS = roundsOf(100);

const newOwner = () => createPerson({ hasPassword: true });
const logIn = (email: string, password: string) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password } });

// Promise: A link to a new password works once and for half an hour
describe('a link to a new password', () => {
  it('sets it, signs nobody in, ends every session of browsers and programs, and tells the owner', async () => {
    const owner = await newOwner();
    const browser = await signIn(server, owner);
    const { tokens } = await signInProgram(server, owner);
    const bystander = await prepareSession();
    await askForReset(server, owner.email);
    const { token } = await mailedReset(server, owner.email);
    const { result: answer, statements } = await countStatements(databaseUrl, () =>
      setNewPassword(server, token, NEW_PASSWORD, { cookies: browser }),
    );
    expect([answer.status, answer.text, answer.setCookieLines]).toEqual([204, '', []]);
    const own = statements.filter(({ sql }) => /"MailLink"|"Session"|"Password"/.test(sql));
    expect(own.map(({ calls }) => calls)).toEqual([1, 1, 1]);

    const sessionPath = '/api/auth/session';
    expect((await send(server, sessionPath, { cookies: browser })).status).toBe(401);
    expect((await send(server, sessionPath, bearer(tokens.access_token))).status).toBe(401);
    expect((await send(server, sessionPath, { cookies: bystander.accessOnly })).status).toBe(200);
    expect(problemOf(await logIn(owner.email, PASSWORD))).toBe('401 invalid_credentials');
    expect((await logIn(owner.email, NEW_PASSWORD)).status).toBe(200);

    const mail = await mailTo(server, owner.email, { pattern: /was set anew/ });
    expect(mail.subject).toBe('Your password was changed');
    const types = (await db().auditEvent.findMany({ where: { userId: owner.id } })).map(({ type }) => type);
    expect(types.filter((type) => type === 'password_reset')).toHaveLength(1);
    const reasons = await db().session.groupBy({ by: ['endReason'], where: { userId: owner.id }, _count: true });
    expect(reasons).toContainEqual({ endReason: 'password_reset', _count: 2 });
  });

  it('gives a password to somebody who has none left', async () => {
    const owner = await createPerson();
    expect((await setNewPassword(server, await giveLink(owner), NEW_PASSWORD)).status).toBe(204);
    expect((await logIn(owner.email, NEW_PASSWORD)).status).toBe(200);
  });

  it('works once, and takes the other links of the person with it', async () => {
    const owner = await newOwner();
    const other = await newOwner();
    const [first, second, foreign] = [await giveLink(owner), await giveLink(owner), await giveLink(other)];
    expect((await setNewPassword(server, second, NEW_PASSWORD)).status).toBe(204);
    for (const token of [second, first]) {
      expect(problemOf(await setNewPassword(server, token, `${NEW_PASSWORD} again`))).toBe('401 invalid_token');
    }
    expect((await setNewPassword(server, foreign, NEW_PASSWORD)).status).toBe(204);
    expect((await logIn(owner.email, NEW_PASSWORD)).status).toBe(200);
  });

  it('stays good when the password is refused, which says why', async () => {
    const owner = await createPerson({ name: 'Wilhelmina Featherstonehaugh' });
    const token = await giveLink(owner);
    const refusals = [
      ['short', 'too_short'],
      ['password-password-123', 'common'],
      ['wilhelmina featherstonehaugh', 'contains_context'],
    ] as const;
    for (const [password, code] of refusals) {
      const answer = await setNewPassword(server, token, password);
      expect(problemOf(answer)).toBe('422 validation_failed');
      expect(answer.json()).toMatchObject({ errors: [{ field: 'password', code }] });
    }
    expect((await setNewPassword(server, token, NEW_PASSWORD)).status).toBe(204);
  });

  it('is refused in one way when it is over, a decoy, made up, damaged or of a disabled account', async () => {
    const owner = await newOwner();
    const disabled = await newOwner();
    const ofDisabled = await giveLink(disabled);
    await db().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } });
    const decoy = newLinkToken(randomBytes);
    await db().$executeRaw`
      INSERT INTO "MailLink" (hash, purpose, address, "expiresAt")
      VALUES (${(await hashLinkToken(decoy)) ?? new Uint8Array()}, 'reset', 'nobody@people.test', now() + interval '30 minutes')`;
    const good = await giveLink(owner);
    const dead = [
      await giveLink(owner, '31 minutes'),
      ofDisabled,
      decoy,
      newLinkToken(randomBytes),
      `${good}A`,
      good.slice(1),
      `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
      toBase64Url(new Uint8Array(64)),
      '',
      '\u0000',
    ];
    for (const token of dead) {
      expect(problemOf(await setNewPassword(server, token, NEW_PASSWORD)), token).toBe('401 invalid_token');
    }
    for (const token of [[good], 7, undefined]) {
      const json = { token, password: NEW_PASSWORD };
      const answer = await send(server, '/api/auth/reset-password', { method: 'POST', json });
      expect(problemOf(answer)).toBe('422 validation_failed');
    }
    expect((await setNewPassword(server, good, NEW_PASSWORD)).status).toBe(204);
  });

  it('works for its owner in a network from which strangers tried more than may be tried', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.50' };
    const token = await giveLink(await newOwner());
    const statuses: number[] = [];
    for (let n = 0; n < 101; n += 1) {
      statuses.push((await setNewPassword(server, newLinkToken(randomBytes), NEW_PASSWORD, { headers })).status);
    }
    expect([statuses.slice(0, 100).every((status) => status === 401), statuses[100]]).toEqual([true, 429]);
    expect((await setNewPassword(server, token, NEW_PASSWORD, { headers })).status).toBe(204);
  });
});

describe('links used at the same moment', () => {
  it('16 uses of one link: one success, and the password of whoever had it', async () => {
    const owner = await newOwner();
    const token = await giveLink(owner);
    const answers = await atOnce(16, (n) => setNewPassword(server, token, `${NEW_PASSWORD} ${n}`));
    const winners = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
    expect(winners).toHaveLength(1);
    expect((await logIn(owner.email, `${NEW_PASSWORD} ${winners[0]}`)).status).toBe(200);
  });

  it(`two links of one person, 16 uses, ${ROUNDS} rounds in the database: one success each, and nobody blocks anybody`, async () => {
    const { useResetLink } = await import('@/lib/server/recovery/reset-links');
    const { passwordWasReset } = await import('@/lib/server/mail/recovery-messages');
    const notice = passwordWasReset({ at: 0, undoUrl: 'http://localhost/undo' });
    const owner = await newOwner();
    const facts = { userId: owner.id, ip: null, userAgent: null, notice };
    for (let round = 0; round < ROUNDS; round += 1) {
      const tokens = [await giveLink(owner), await giveLink(owner)];
      const done = await atOnce(16, async (n) => {
        const linkHash = (await hashLinkToken(tokens[n % 2] ?? '')) ?? new Uint8Array();
        const reset = { ...facts, linkHash, passwordHash: `hash ${n}`, undoHash: randomBytes(32) };
        return db().$transaction((tx) => useResetLink(reset, tx));
      });
      expect(done.filter((isDone) => isDone)).toHaveLength(1);
    }
    const events = await db().auditEvent.count({ where: { userId: owner.id, type: 'password_reset' } });
    expect(events).toBe(ROUNDS);
    proved({ what: 'links to a new password of one person, 16 uses at once', tried: ROUNDS, held: events });
  });
});
