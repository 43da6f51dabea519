import { describe, expect, it } from 'vitest';
import type { Outcome } from '@/lib/server/cli/program';
import { readUsersArguments } from '@/lib/server/cli/users-arguments';
import { runUsersCommand } from '@/lib/server/cli/users-commands';
import { db } from '@/lib/server/database/client';
import { changeRole } from '@/lib/server/sessions/role-change';
import { runCommand } from '@/tests/support/database/postgres';
import { holdLocks, untilWaiting } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { claimsOf } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { auditTypes, COOKIE, createPerson, prepareSession, sessionRow } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

/** What came of a command, without a process for it. */
async function outcomeOf(...args: string[]): Promise<Outcome> {
  const typed = readUsersArguments(args);
  return 'ok' in typed ? typed : runUsersCommand(typed);
}

const users = async (...args: string[]): Promise<string> => {
  const outcome = await outcomeOf(...args);
  if (!outcome.ok) throw new Error(outcome.sentence);
  return outcome.text ?? '';
};
const failing = async (...args: string[]): Promise<string> => {
  const outcome = await outcomeOf(...args);
  if (outcome.ok) throw new Error(`It did not fail: ${outcome.text}`);
  return outcome.sentence;
};

const roleOf = async (id: string) => (await db().user.findUniqueOrThrow({ where: { id } })).role;
const roleEvents = (userId: string) => db().auditEvent.findMany({ where: { userId, type: 'role_changed' } });
const open = (cookies: Record<string, string>) => send(server, '/admin/users', { cookies });

/** An admin who stays, so that others may go. */
const keeper = await createPerson({ role: 'admin' });

// Promise: The last admin stays one, whoever races
describe('npm run users -- role', () => {
  it('makes the first admin, whose open pages know it at once and whose next refresh says it', async () => {
    const person = await createPerson();
    const session = await prepareSession(person);
    expect((await open(session.cookies)).status).toBe(404);
    const printed = await users('role', person.email.toUpperCase(), 'admin');
    expect(printed).toBe(
      `${person.email} is admin now, and was member before. Nobody was signed out: tokens that say member are refused within 5 seconds, and renewed.`,
    );
    expect((await open(session.cookies)).status).toBe(200);
    expect(claimsOf(session.accessToken)['role']).toBe('member');
    const renewed = await send(server, '/api/auth/refresh', { method: 'POST', cookies: session.refreshOnly });
    expect(claimsOf(renewed.cookies[COOKIE.access] ?? '')['role']).toBe('admin');
    expect(await auditTypes(session.id)).toEqual(['signed_in']);
  });

  it('leaves somebody signed in who loses rights, and lets no token pass that still says them', async () => {
    const person = await createPerson({ role: 'admin' });
    const [one, two] = [await prepareSession(person), await prepareSession(person)];
    expect(await users('role', person.email, 'member')).toContain('Nobody was signed out: tokens that say admin are');
    expect(await roleOf(person.id)).toBe('member');
    for (const { id } of [one, two]) {
      expect(await sessionRow(id)).toMatchObject({ endedAt: null });
      expect(await auditTypes(id)).toEqual(['signed_in']);
    }
    const stillGood = async () => (await send(server, '/api/auth/session', { cookies: one.accessOnly })).status;
    await expect.poll(stillGood, { timeout: 5_000 }).toBe(401);
    expect((await open(one.cookies)).status).toBe(404);
    const renewed = await send(server, '/api/auth/refresh', { method: 'POST', cookies: two.refreshOnly });
    expect(claimsOf(renewed.cookies[COOKIE.access] ?? '')['role']).toBe('member');
  });

  it('writes down who got which role, and once', async () => {
    const person = await createPerson();
    await users('role', person.email, 'admin');
    expect(await users('role', person.email, 'admin')).toBe(`${person.email} was admin already.`);
    expect(await roleEvents(person.id)).toMatchObject([{ details: { from: 'member', to: 'admin' }, sessionId: null }]);
    expect(await users('role', person.email, 'member')).toContain('is member now');
    expect(await roleEvents(person.id)).toHaveLength(2);
  });

  it('changes nothing when it cannot say that tokens are stale', async () => {
    const person = await createPerson({ role: 'admin' });
    const { id } = await prepareSession(person);
    await db().$executeRaw`ALTER TABLE "Revocation" RENAME TO "Elsewhere"`;
    try {
      await expect(changeRole(person.email, 'member')).rejects.toThrow('Revocation');
    } finally {
      await db().$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "Revocation"`;
    }
    expect([await roleOf(person.id), await roleEvents(person.id)]).toEqual(['admin', []]);
    expect((await sessionRow(id)).endedAt).toBeNull();
  });

  it('keeps the last admin, also when two go at the same moment', async () => {
    const others = await db().user.findMany({ where: { role: 'admin', NOT: { id: keeper.id } } });
    for (const { email } of others) await changeRole(email, 'member');
    expect(await failing('role', keeper.email, 'member')).toBe(
      `${keeper.email} is the last admin: make somebody else one first. Nothing was changed`,
    );
    const second = await createPerson({ role: 'admin' });
    // Both are on their way before either may go on.
    const release = await holdLocks(databaseUrl, `SELECT FROM "User" WHERE role = 'admin' FOR UPDATE`);
    const racing = [keeper, second].map(({ email }) => changeRole(email, 'member'));
    await untilWaiting(databaseUrl, 2, AbortSignal.timeout(10_000));
    await release();
    const kinds = (await Promise.all(racing)).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['changed', 'last_admin']);
    expect(await db().user.count({ where: { role: 'admin' } })).toBe(1);
  });

  it('does not take a disabled admin for one', async () => {
    const [admin] = await db().user.findMany({ where: { role: 'admin' } });
    const disabled = await createPerson({ role: 'admin' });
    await db().$executeRaw`UPDATE "User" SET "disabledAt" = now() WHERE id = ${disabled.id}`;
    expect(await failing('role', admin?.email ?? '', 'member')).toContain('is the last admin');
    expect(await users('role', disabled.email, 'member')).toContain('is member now');
  });
});

describe('npm run users -- show', () => {
  it('says who has an address, in any spelling', async () => {
    const { id } = await createPerson({ email: 'ada@xn--bcher-kva.test', name: 'Ada' });
    const person = { id, email: 'ada@xn--bcher-kva.test' };
    const { refreshToken } = await prepareSession(person);
    const over = await prepareSession(person);
    await db().$executeRaw`UPDATE "Session" SET "endedAt" = now() WHERE id = ${over.id}`;
    const printed = await users('show', 'Ada@bücher.test');
    expect(printed).toMatch(
      new RegExp(
        `^${person.email}\n  name: Ada\n  role: member\n  id: ${id}\n  since: .* UTC\n  disabled: no\n  live sessions: 1$`,
      ),
    );
    expect(printed).not.toContain(refreshToken);
    await db().$executeRaw`UPDATE "User" SET "disabledAt" = now() WHERE id = ${id}`;
    expect(await users('show', person.email)).toMatch(/disabled: since .* UTC/);
  });

  it('says how an account begins where there is none', async () => {
    for (const command of [['show'], ['role']]) {
      const args = [...command, 'nobody@people.test', ...(command[0] === 'role' ? ['admin'] : [])];
      expect(await failing(...args)).toMatch(/^nobody has the address nobody@people\.test: an account begins/);
    }
  });
});

describe('npm run users, about who gets in', () => {
  const eventTypes = async (userId: string) =>
    (await db().auditEvent.findMany({ where: { userId }, orderBy: { id: 'asc' } })).map(
      ({ type, actorId }) => `${type} ${actorId}`,
    );

  it('disables and enables, and says what was so before', async () => {
    const person = await createPerson();
    const { id } = await prepareSession(person);
    expect(await users('disable', person.email)).toContain('is disabled: nobody signs in to it');
    expect(await users('disable', person.email)).toBe(`${person.email} was disabled already.`);
    expect(await sessionRow(id)).toMatchObject({ endReason: 'disabled' });
    expect(await users('enable', person.email)).toBe(`${person.email} is enabled again.`);
    expect(await users('enable', person.email)).toBe(`${person.email} was enabled already.`);
    expect(await eventTypes(person.id)).toEqual([
      'signed_in null',
      'account_disabled null',
      'session_ended null',
      'account_enabled null',
    ]);
  });

  it('keeps the last admin', async () => {
    await changeRole(keeper.email, 'admin');
    const others = await db().user.findMany({ where: { role: 'admin', NOT: { id: keeper.id } } });
    for (const { email } of others) await changeRole(email, 'member');
    expect(await failing('disable', keeper.email)).toContain('is the last admin');
  });

  it('ends the sessions of one person, and takes a password away', async () => {
    const person = await createPerson({ hasPassword: true });
    const [one, two] = [await prepareSession(person), await prepareSession(person)];
    expect(await users('end-sessions', person.email)).toBe('2 sessions were ended.');
    expect(await users('end-sessions', person.email)).toBe('0 sessions were ended.');
    for (const { id } of [one, two]) expect(await sessionRow(id)).toMatchObject({ endReason: 'ended_by_admin' });
    expect(await users('force-reset', person.email)).toContain('a link to a new one is on its way');
    expect(await db().password.count({ where: { userId: person.id } })).toBe(0);
    expect(await db().mailLink.count({ where: { userId: person.id, purpose: 'reset' } })).toBe(1);
  });

  it('ends every session that began before a moment, and no other, in batches', async () => {
    const [old, late] = [await prepareSession(), await prepareSession()];
    await db().$executeRaw`UPDATE "Session" SET "createdAt" = now() - interval '2 hours' WHERE id <> ${late.id}`;
    const many = await createPerson();
    await db().$executeRaw`
      INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt", remember,
        "createdAt")
      SELECT 'many ' || n, ${many.id}, 'browser', '', 60, now() + interval '1 day', now() + interval '1 day', true,
        now() - interval '2 hours' FROM generate_series(1, 2500) n`;
    const live = () => db().session.count({ where: { endedAt: null, absoluteExpiresAt: { gt: new Date() } } });
    const before = await live();
    const moment = new Date(Date.now() - 3_600_000).toISOString();
    const printed = await users('end-sessions', '--all', '--before', moment);
    expect(printed).toMatch(new RegExp(`^${before - 1} sessions were ended, of those that began before .* UTC\\.$`));
    expect([await live(), before > 2_500]).toEqual([1, true]);
    expect((await sessionRow(late.id)).endedAt).toBeNull();
    const { statusNumber } = await sessionRow(old.id);
    expect(await db().revocation.count({ where: { statusNumber } })).toBe(1);
    expect(await users('end-sessions', '--all', '--before', moment)).toMatch(/^0 sessions were ended/);
  });

  it('has an account deleted after a week, which its owner can stop', async () => {
    const person = await createPerson({ hasPassword: true });
    const { id } = await prepareSession(person);
    expect(await users('delete', person.email)).toMatch(
      /^person-\d+@people\.test is deleted after .* UTC: nobody signs in/,
    );
    const { deletesAt } = await db().user.findUniqueOrThrow({ where: { id: person.id } });
    expect((deletesAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    expect(await sessionRow(id)).toMatchObject({ endReason: 'deleted' });
    expect(await db().mailLink.count({ where: { userId: person.id, purpose: 'keep_account' } })).toBe(1);
    expect(await eventTypes(person.id)).toEqual([
      'signed_in null',
      'account_deletion_requested null',
      'session_ended null',
    ]);
    expect(await failing('delete', person.email)).toContain('to be deleted already');
    expect(await failing('delete', keeper.email)).toContain('is the last admin');
  });

  it('says of each that nobody has the address', async () => {
    for (const command of ['delete', 'disable', 'enable', 'end-sessions', 'force-reset', 'factor-reset']) {
      expect(await failing(command, 'nobody@people.test'), command).toMatch(/^nobody has the address/);
    }
  });

  it('lists people as a table and as JSON, page by page', async () => {
    for (const n of [1, 2, 3]) await createPerson({ email: `listed-${n}@people.test` });
    const printed = await users('list', '--search', 'listed-', '--limit', '2');
    const [titles, first, , , more] = printed.split('\n');
    expect(titles).toMatch(/^ {2}EMAIL +ROLE +SINCE +STATE +SESSIONS +SECOND FACTOR$/);
    expect(first).toMatch(/^ {2}listed-1@people\.test {2}member {2}\d{4}-.* UTC {2}enabled {2}0 {9}no$/);
    const [, after = ''] = /--after (\S+)$/.exec(more ?? '') ?? [];
    const json = await users('list', '--search', 'listed-', '--limit', '2', '--after', after, '--json');
    expect(JSON.parse(json)).toMatchObject({ users: [{ email: 'listed-3@people.test' }], next: null });
    expect(await users('list', '--search', 'unlisted')).toBe('Nobody is found by this.');
    expect(await failing('list', '--after', 'x')).toContain('"x" is none');
    expect(JSON.parse(await users('show', 'listed-1@people.test', '--json'))).toMatchObject({ role: 'member' });
  });
});

it('npm run users as a process says one sentence, and ends with 2 for wrong usage and 1 for anything else', async () => {
  const command = (...args: string[]) => runCommand('lib/server/cli/users.ts', testEnvironment(databaseUrl), args);
  const person = await createPerson();
  expect(await command('role', person.email, 'admin')).toContain('is admin now');
  await expect(command('explode')).rejects.toThrow(/ended with code 2:\nusers: there is no command "explode".*\n$/);
  await expect(command('show', 'nobody@people.test')).rejects.toThrow(/ended with code 1:\nusers: nobody has/);
});
