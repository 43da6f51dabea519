import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { queueMail } from '@/lib/server/mail/outbox';
import { runCommand } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { devMail } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { atOnce, send } from '@/tests/support/http/requests';
import { ageNextKey, kidIn } from '@/tests/support/keys';
import { prepareSession } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const SECRET = 'a-secret-that-only-the-scheduler-knows';
const PATH = '/api/cron/clean';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { CRON_SECRET: SECRET } });
const without = await useServer({ databaseUrl, env: { CRON_SECRET: '' } });

const withSecret = { headers: { authorization: `Bearer ${SECRET}` } };

const rotating = await useServer({ databaseUrl, env: { CRON_SECRET: SECRET, KEY_ROTATION_DAYS: '30' } });

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
    expect(answer.json()).toMatchObject({ keys: 'off', deleted: expect.any(Object), mail: { sent: 1, failed: 0 } });
    expect(await db().session.findMany({ select: { id: true } })).toEqual([{ id: kept.id }]);
    expect((await devMail(server)).map(({ to }) => to)).toEqual(['waiting@people.test']);
    expect(await db().outbox.count()).toBe(0);
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
