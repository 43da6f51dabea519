import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { askForReset, mailedReset, setNewPassword } from '@/tests/support/http/mail-links';
import { mailsTo, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { SITE, send } from '@/tests/support/http/requests';
import { createPerson } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { TRUSTED_PROXY_HOPS: '1' } });
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';
let people = 0;
/** Another one each time, all equally long. */
const newAddress = (): string => `forgot-${String(++people).padStart(3, '0')}@people.test`;
const newOwner = async () => (await createPerson({ email: newAddress(), hasPassword: true })).email;

const untilDrained = () => expect.poll(() => db().outbox.count(), { timeout: 5_000 }).toBe(0);

// Promise: Whoever asks for a new password learns nothing about an address
describe('asking for a link to a new password', () => {
  it('is answered alike for known, unknown and disabled addresses, with the same rows, and mailed to the known one only', async () => {
    const disabled = await newOwner();
    await db().user.update({ where: { email: disabled }, data: { disabledAt: new Date() } });
    const looks: unknown[] = [];
    for (const email of [await newOwner(), newAddress(), disabled, await newOwner()]) {
      const answer = await send(server, '/api/auth/forgot-password', { method: 'POST', json: { email } });
      const { date: _date, ...headers } = answer.headers;
      const rows = await db().mailLink.count({ where: { address: email, usedAt: null } });
      looks.push({ status: answer.status, text: answer.text, headers, rows, cookies: answer.setCookieLines });
    }
    for (const look of looks) expect(look).toEqual(looks[0]);
    expect(looks[0]).toMatchObject({ status: 202, text: '{"status":"reset_sent"}', rows: 1 });
    await untilDrained();
    const mailed = ['forgot-002', 'forgot-003', 'forgot-001', 'forgot-004'].map((name) => `${name}@people.test`);
    const counts = await Promise.all(mailed.map(async (email) => (await mailsTo(server, email)).length));
    expect(counts.sort()).toEqual([0, 0, 1, 1]);
  });

  it('asks two statements and what the answer does not wait for, known address or not', async () => {
    for (const email of [await newOwner(), newAddress()]) {
      const { statements } = await countStatements(databaseUrl, () => askForReset(server, email));
      const own = statements
        .filter(({ sql }) => !sql.includes('"AuditEvent"'))
        .filter(({ sql }) => /"RateLimit"|INSERT INTO "MailLink"|FROM "User"/.test(sql));
      expect(own.map(({ calls }) => calls)).toEqual([1, 1]);
    }
  });

  it('leads to the configured origin, whatever the request says of its host', async () => {
    const email = await newOwner();
    await askForReset(server, email, {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-forwarded-proto': 'https',
    });
    expect((await mailedReset(server, email)).origin).toBe(SITE);
  });

  it('sends nothing about an account to an address that only looks like the one it has', async () => {
    const { email } = await createPerson({ email: 'mike.kiss@people.test', hasPassword: true });
    const lookalikes = ['m\u0131ke.kiss@people.test', 'mike.ki\u00df@people.test', '\uff4dike.kiss@people.test'];
    for (const address of lookalikes) await askForReset(server, address);
    await untilDrained();
    for (const address of [email, ...lookalikes]) expect(await mailsTo(server, address)).toEqual([]);
    await askForReset(server, 'Mike.Kiss@PEOPLE.test');
    await mailedReset(server, email);
  });

  it('refuses what is no address, and says which field', async () => {
    for (const email of [
      '',
      'nobody',
      ['owner@people.test', 'thief@people.test'],
      7,
      'owner@people.test\nthief@people.test',
    ]) {
      const answer = await send(server, '/api/auth/forgot-password', { method: 'POST', json: { email } });
      expect(problemOf(answer)).toBe('422 validation_failed');
      expect(answer.json()).toMatchObject({ errors: [{ field: 'email' }] });
    }
  });

  it('is told once an hour with a count to the owner of the account', async () => {
    const email = await newOwner();
    for (let n = 0; n < 3; n += 1) await askForReset(server, email);
    const events = () =>
      db().auditEvent.findMany({ where: { type: 'password_reset_requested' }, orderBy: { id: 'desc' } });
    const { id } = await db().user.findUniqueOrThrow({ where: { email } });
    await expect.poll(async () => (await events()).filter(({ userId }) => userId === id).length).toBe(1);
  });
});

// Promise: Strangers who know an address take nothing from its owner
describe('a stranger who knows the address', () => {
  it('fills no mailbox, uses up no sign-up, and leaves the link of the owner good', async () => {
    const email = await newOwner();
    await askForReset(server, email);
    const { token } = await mailedReset(server, email);
    for (let n = 0; n < 9; n += 1) await askForReset(server, email, { 'x-forwarded-for': `198.51.100.${n}` });
    await untilDrained();
    expect(await mailsTo(server, email)).toHaveLength(5);
    expect((await setNewPassword(server, token, NEW_PASSWORD)).status).toBe(204);
  });

  it('who signs up with it again and again does not keep the owner from a new password', async () => {
    const email = await newOwner();
    const json = { email, password: NEW_PASSWORD };
    for (let n = 0; n < 6; n += 1) await send(server, '/api/auth/register', { method: 'POST', json });
    await askForReset(server, email);
    const { token } = await mailedReset(server, email);
    expect((await setNewPassword(server, token, NEW_PASSWORD)).status).toBe(204);
  });

  it('is stopped by the limit of the network, which says when to come back', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.77' };
    const statuses = new Map<number, number>();
    for (let n = 0; n < 101; n += 1) {
      const json = { email: newAddress() };
      const answer = await send(server, '/api/auth/forgot-password', { method: 'POST', json, headers });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([...statuses]).toEqual([
      [202, 100],
      [429, 1],
    ]);
    const email = await newOwner();
    await askForReset(server, email, { 'x-forwarded-for': '192.0.2.9' });
    await mailTo(server, email);
  });
});
