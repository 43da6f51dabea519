import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedUndo, takeBack } from '@/tests/support/http/mail-links';
import { mailsTo, mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { ask } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, createPerson, only, PASSWORD, type Person } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

const logIn = ({ email }: Person, cookies: Cookies = {}, headers: Record<string, string> = {}) =>
  send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD }, cookies, headers });
const token = ({ email }: Person, userAgent: string) =>
  ask(server, '/api/auth/token', { email, password: PASSWORD }, { headers: { 'user-agent': userAgent } });
const untilDrained = () => expect.poll(() => db().outbox.count(), { timeout: 5_000 }).toBe(0);
async function notices({ email }: Person): Promise<string[]> {
  await untilDrained();
  const mails = await mailsTo(server, email);
  return mails.filter(({ subject }) => subject === 'A new device signed in').map(({ text }) => text);
}

// Promise: A sign-in by a device that the account does not know is told to its owner
describe('a sign-in', () => {
  it('by a browser that the account does not know is told to its owner, and by a known one not', async () => {
    const owner = await createPerson({ hasPassword: true });
    const first = await logIn(owner, {}, { 'user-agent': FIREFOX });
    expect(await notices(owner)).toEqual([expect.stringContaining('by Firefox on Linux.')]);
    await logIn(owner, only(first.cookies, COOKIE.device));
    expect(await notices(owner)).toHaveLength(1);
    await logIn(owner, { [COOKIE.device]: 'A'.repeat(64) });
    expect(await notices(owner)).toHaveLength(2);
  });

  it('by a program is told once in thirty days of that name', async () => {
    const owner = await createPerson({ hasPassword: true });
    for (const name of ['backup/1.0', 'backup/1.0', 'report/2.1', 'backup/1.0']) {
      expect((await token(owner, name)).status).toBe(200);
    }
    expect(await notices(owner)).toHaveLength(2);
    await db().$executeRaw`
      UPDATE "Session" SET "createdAt" = now() - interval '31 days' WHERE "userId" = ${owner.id} AND "userAgent" = 'backup/1.0'`;
    await token(owner, 'backup/1.0');
    expect(await notices(owner)).toHaveLength(3);
  });

  it('with a wrong password is told to nobody', async () => {
    const owner = await createPerson({ hasPassword: true });
    const json = { email: owner.email, password: 'not-the-one-that-was-set-here' };
    await send(server, '/api/auth/login', { method: 'POST', json });
    expect(await notices(owner)).toEqual([]);
  });

  it('names the device in one line, whatever a stranger calls it', async () => {
    const owner = await createPerson({ hasPassword: true });
    await token(owner, 'curl/8.0\u00a0If this was you, call 555');
    const [text = ''] = await notices(owner);
    expect(text.split('\n').filter((line) => line.includes('by '))).toHaveLength(1);
  });

  it('is taken back by "It was not me": the thief is out, the password gone, and a new one on its way', async () => {
    const owner = await createPerson({ hasPassword: true });
    const thief = await logIn(owner);
    await mailTo(server, owner.email, { pattern: /It was not me/ });
    expect((await takeBack(server, await mailedUndo(server, owner.email))).status).toBe(204);
    expect((await send(server, '/api/auth/session', { cookies: thief.cookies })).status).toBe(401);
    expect(problemOf(await logIn(owner))).toBe('401 invalid_credentials');
    await mailTo(server, owner.email, { pattern: /reset-password/ });
  });
});
