import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { queueMail } from '@/lib/server/mail/outbox';
import { runCommand } from '@/tests/support/database/postgres';
import { refuseChanges } from '@/tests/support/database/refusals';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailsTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { atOnce, send } from '@/tests/support/http/requests';
import { ageNextKey, kidIn } from '@/tests/support/keys';
import { prepareSession } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import type { TestServer } from '@/tests/support/server/server';
import { useServer } from '@/tests/support/server/use-server';

const SECRET = 'a-secret-that-only-the-scheduler-knows';
const PATH = '/api/cron/clean';
const MAIL_PATH = '/api/cron/mail';
const SOON = { timeout: 15_000 };
/** The change that makes a step fail when it is refused. */
const REFUSED = {
  keys: ['UPDATE', 'Key'],
  mail: ['UPDATE', 'Outbox'],
  'cleaning.revocations': ['DELETE', 'Revocation'],
} as const;

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { CRON_SECRET: SECRET } });
const without = await useServer({ databaseUrl, env: { CRON_SECRET: '' } });

const withSecret = { headers: { authorization: `Bearer ${SECRET}` } };

const rotating = await useServer({ databaseUrl, env: { CRON_SECRET: SECRET, KEY_ROTATION_DAYS: '30' } });

/** What servers of one database sent to an address; each has a mailbox of its own. */
async function mailsIn(servers: readonly TestServer[], address: string) {
  return (await Promise.all(servers.map((one) => mailsTo(one, address)))).flat();
}

/** Makes the current key sign for so many days already. */
const ageCurrentKey = (days: number) =>
  db().$executeRaw`UPDATE "Key" SET "promotedAt" = now() - make_interval(days => ${days}::int)
    WHERE purpose = 'signing' AND slot = 'current'`;

describe('keys', () => {
  const call = async (server = rotating) => (await send(server, PATH, withSecret)).json();

  it('rotate with the cleaning when they are due, and only once for many calls at once', async () => {
    await ageNextKey(121);
    await ageCurrentKey(29);
    expect(await call()).toMatchObject({ keys: 'not_due', deleted: expect.any(Object) });
    await ageCurrentKey(30);
    const next = await kidIn('next');
    const answers = await atOnce(6, () => call());
    const said = answers.map((answer) => (answer as { keys: string }).keys).sort();
    expect(said).toEqual(['not_due', 'not_due', 'not_due', 'not_due', 'not_due', 'rotated']);
    expect(await kidIn('current')).toBe(next);
  });

  it('wait when they are due and the next one is too new', async () => {
    await ageCurrentKey(30);
    await ageNextKey(5);
    const current = await kidIn('current');
    expect(await call()).toMatchObject({ keys: 'waiting' });
    expect(await kidIn('current')).toBe(current);
  });

  it('stay where KEY_ROTATION_DAYS is not set', async () => {
    await ageCurrentKey(3_000);
    await ageNextKey(121);
    const current = await kidIn('current');
    expect(await call(server)).toMatchObject({ keys: 'off' });
    expect(await kidIn('current')).toBe(current);
  });

  it('rotate with `npm run db:clean` too', async () => {
    await ageCurrentKey(30);
    await ageNextKey(121);
    const next = await kidIn('next');
    const clean = () =>
      runCommand('lib/server/cli/clean.ts', { ...testEnvironment(databaseUrl), KEY_ROTATION_DAYS: '30' });
    expect(await clean()).toContain('key rotation: rotated');
    expect(await kidIn('current')).toBe(next);
    expect(await clean()).toContain('key rotation: not_due');
  });
});

describe('the scheduler’s route', () => {
  it('deletes what has expired, sends the mail that waits, and says how much', async () => {
    const { id } = await prepareSession();
    await db().$executeRaw`UPDATE "Session" SET "absoluteExpiresAt" = now() - interval '31 days' WHERE id = ${id}`;
    const kept = await prepareSession();
    await queueMail('waiting@people.test', { subject: 'A subject', text: 'A text', html: '<p>A text</p>' });
    const answer = await send(server, PATH, withSecret);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(answer.json()).toEqual({
      keys: 'off',
      deleted: expect.objectContaining({ sessions: expect.any(Number), mails: 0 }),
      mail: { sent: expect.any(Number), failed: 0 },
      unfinished: [],
    });
    const left = await db().session.findMany({ where: { id: { in: [id, kept.id] } }, select: { id: true } });
    expect(left).toEqual([{ id: kept.id }]);
    // One of the servers here sent it, if not this call then its clock.
    await expect.poll(() => mailsIn([server, without, rotating], 'waiting@people.test'), SOON).toHaveLength(1);
  });

  it('does every step that can be done when PostgreSQL refuses the others, and names those without why', async () => {
    const { id } = await prepareSession();
    await db().$executeRaw`UPDATE "Session" SET "absoluteExpiresAt" = now() - interval '31 days' WHERE id = ${id}`;
    await db().revocation.create({ data: { statusNumber: 999_999n, keepUntil: new Date(0) } });
    await ageCurrentKey(30);
    await ageNextKey(121);
    const current = await kidIn('current');
    const allow = [
      await refuseChanges(databaseUrl, 'DELETE', 'Revocation'),
      await refuseChanges(databaseUrl, 'UPDATE', 'Key'),
      await refuseChanges(databaseUrl, 'UPDATE', 'Outbox'),
    ];
    await queueMail('held@people.test', { subject: 'A subject', text: 'A text', html: '<p>A text</p>' });
    const answer = await send(rotating, PATH, withSecret);
    expect(problemOf(answer)).toBe('500 internal_error');
    expect(answer.json()).toMatchObject({
      failed: ['keys', 'mail', 'cleaning.revocations'],
      done: { keys: null, mail: null, deleted: { revocations: 0 } },
    });
    expect(answer.text).not.toContain('refused by a test');
    expect(await db().session.count({ where: { id } })).toBe(0);
    expect(rotating.output()).toContain('"event":"upkeep.failed","step":"cleaning.revocations"');

    for (const undo of allow) await undo();
    const again = await send(rotating, PATH, withSecret);
    expect(again.status).toBe(200);
    expect(again.json()).toMatchObject({ keys: 'rotated', deleted: { revocations: 1 } });
    expect(await kidIn('current')).not.toBe(current);
    await expect.poll(() => mailsIn([server, without, rotating], 'held@people.test'), SOON).toHaveLength(1);
  });

  it.each(['keys', 'mail', 'cleaning.revocations'] as const)('does the rest when only %s fails', async (step) => {
    const { id } = await prepareSession();
    await db().$executeRaw`UPDATE "Session" SET "absoluteExpiresAt" = now() - interval '31 days' WHERE id = ${id}`;
    await db().revocation.create({ data: { statusNumber: 999_998n, keepUntil: new Date(0) } });
    await ageCurrentKey(30);
    await ageNextKey(121);
    const [event, table] = REFUSED[step];
    const allow = await refuseChanges(databaseUrl, event, table);
    await queueMail(`${step}@people.test`, { subject: 'A subject', text: 'A text', html: '<p>A text</p>' });
    const answer = await send(rotating, PATH, withSecret);
    await allow();
    expect(answer.json()).toMatchObject({
      failed: [step],
      done: {
        keys: step === 'keys' ? null : 'rotated',
        mail: step === 'mail' ? null : { failed: 0 },
        deleted: { revocations: step === 'cleaning.revocations' ? 0 : 1 },
      },
    });
    expect(await db().session.count({ where: { id } })).toBe(0);
    await db().revocation.deleteMany({ where: { statusNumber: 999_998n } });
  });

  it('of mail alone sends what waits', async () => {
    await queueMail('alone@people.test', { subject: 'A subject', text: 'A text', html: '<p>A text</p>' });
    const answer = await send(server, MAIL_PATH, withSecret);
    expect([answer.status, answer.json()]).toEqual([200, { mail: { sent: expect.any(Number), failed: 0 } }]);
    await expect.poll(() => mailsIn([server, without, rotating], 'alone@people.test'), SOON).toHaveLength(1);
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      expect(problemOf(await send(server, MAIL_PATH, { headers }))).toBe('404 not_found');
    }
    expect(problemOf(await send(without, MAIL_PATH, withSecret))).toBe('404 not_found');
  });

  it.each([
    ['no secret', {}],
    ['a wrong secret', { authorization: 'Bearer wrong' }],
    ['the beginning of the secret', { authorization: `Bearer ${SECRET.slice(0, -1)}` }],
    ['more than the secret', { authorization: `Bearer ${SECRET}x` }],
    ['the secret in another case', { authorization: `Bearer ${SECRET.toUpperCase()}` }],
    ['the secret under another scheme', { authorization: `Basic ${SECRET}` }],
    ['an empty secret', { authorization: 'Bearer ' }],
    ['the secret in other places', { 'x-cron-secret': SECRET, cookie: `cron=${SECRET}` }],
  ])('does not exist for somebody with %s, and does nothing', async (_what, headers) => {
    const { id } = await prepareSession();
    await db().$executeRaw`UPDATE "Session" SET "absoluteExpiresAt" = now() - interval '31 days' WHERE id = ${id}`;
    expect(problemOf(await send(server, `${PATH}?secret=${SECRET}`, { headers }))).toBe('404 not_found');
    expect(await db().session.count({ where: { id } })).toBe(1);
  });

  it('does not exist for a signed-in person either', async () => {
    const { cookies } = await prepareSession();
    expect(problemOf(await send(server, PATH, { cookies }))).toBe('404 not_found');
  });

  it('does not exist for anybody while CRON_SECRET is not set', async () => {
    for (const authorization of ['Bearer ', 'Bearer null', 'Bearer undefined', `Bearer ${SECRET}`]) {
      expect(problemOf(await send(without, PATH, { headers: { authorization } }))).toBe('404 not_found');
    }
  });
});
