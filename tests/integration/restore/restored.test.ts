import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { showRepair } from '@/lib/server/cli/restored-report';
import { db } from '@/lib/server/database/client';
import { tablesAheadOfTheirSequence } from '@/lib/server/database/sequences';
import { type Repair, type Restore, renumber, repairRestored } from '@/lib/server/restore/repair';
import { readHistory } from '@/lib/server/restore/shipped-history';
import { giveLink } from '@/tests/support/database/link-rows';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, type Person, prepareSession, sessionRow } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';

const { url } = await useDatabase();

/** Each test has another moment, as each restore has. */
let lostSince = new Date();
beforeEach(async () => {
  await db().$executeRaw`UPDATE "Session" SET "createdAt" = "createdAt" - interval '1 hour'`;
  lostSince = new Date(Date.now() - 600_000 - Math.floor(Math.random() * 300_000));
});

type Repaired = Extract<Repair, { kind: 'repaired' }>;

async function repair(restore: Partial<Restore> = {}): Promise<Repaired> {
  const repaired = await repairRestored({ lostSince, history: null, endsAll: false, isForced: true, ...restore });
  if (repaired.kind !== 'repaired') throw new Error(repaired.kind);
  return repaired;
}

const shipped = (...lines: object[]) => readHistory(lines.map((line) => JSON.stringify(line)).join('\n'));
const audit = (type: string, { id }: Person, more: object = {}) => ({
  event: 'audit',
  at: new Date(lostSince.getTime() + 60_000).toISOString(),
  type,
  userId: id,
  ...more,
});

describe('npm run db:restored', () => {
  it('without a file ends all that began before, with one exactly those that it names, and with --all every one', async () => {
    const [named, other, young] = [await prepareSession(), await prepareSession(), await prepareSession()];
    await db()
      .$executeRaw`UPDATE "Session" SET "createdAt" = now() - interval '1 hour' WHERE id IN (${named.id}, ${other.id})`;
    const line = {
      event: 'session.ended',
      at: lostSince.toISOString(),
      sessionId: named.id,
      userId: null,
      statusNumber: 9,
    };
    expect((await repair({ history: shipped(line) })).ended).toBe(1);
    expect((await sessionRow(named.id)).endReason).toBe('ended_by_admin');
    expect((await sessionRow(other.id)).endedAt).toBeNull();

    expect((await repair()).ended).toBe(1);
    expect((await sessionRow(other.id)).endedAt).not.toBeNull();
    expect((await sessionRow(young.id)).endedAt).toBeNull();
    const [event] = await db().auditEvent.findMany({ where: { sessionId: other.id, type: 'session_ended' } });
    expect(event).toMatchObject({ userId: other.person.id, actorId: null });

    lostSince = new Date(lostSince.getTime() - 1);
    expect((await repair({ endsAll: true })).ended).toBe(1);
    expect((await sessionRow(young.id)).endedAt).not.toBeNull();
  });

  it('a second run renews nothing, and ends nothing that began after the first', async () => {
    await prepareSession();
    const first = await repair({ endsAll: true });
    expect(first.renewal?.withdrawn.length).toBeGreaterThan(1);
    const { id } = await prepareSession();
    await db()
      .$executeRaw`INSERT INTO "Ceremony" (id, purpose, "expiresAt") VALUES (${lostSince.toISOString()}, 'sign-up', now())`;
    const before = await renewedState();
    const second = await repair({ endsAll: true });
    expect(second).toMatchObject({ renewal: null, ended: 0 });
    expect(Math.abs(second.firstAt.getTime() - first.firstAt.getTime())).toBeLessThan(10_000);
    expect(await renewedState()).toEqual(before);
    expect((await sessionRow(id)).endedAt).toBeNull();
    expect(showRepair(second, { lostSince, history: null, endsAll: true, isForced: true })).toContain(
      'are left as they are',
    );
  });

  it('the next session has a number in a list that nobody can hold, and every sequence is past its table', async () => {
    await db().auditEvent.create({ data: { type: 'signed_in' } });
    for (const name of ['Session_statusNumber_seq', 'AuditEvent_id_seq', 'Outbox_id_seq'])
      await sql(url, `SELECT setval('"${name}"', 1, false)`);
    expect(await tablesAheadOfTheirSequence()).toEqual(['Session', 'AuditEvent']);
    const seen = 5 * 131_072 + 7;
    const { renewal } = await repair({
      history: shipped({ event: 'session.ended', at: lostSince.toISOString(), statusNumber: seen }),
    });
    expect(renewal?.nextNumber).toBeGreaterThanOrEqual(7 * 131_072);
    expect(await tablesAheadOfTheirSequence()).toEqual([]);
    const { id } = await prepareSession();
    expect((await sessionRow(id)).statusNumber).toBe(BigInt(renewal?.nextNumber ?? 0));
  });

  it('after a move that lost nothing the sequences alone are set, once', async () => {
    const { id } = await prepareSession();
    const before = await liveKeys();
    expect(await renumber(true)).toEqual({ kind: 'renumbered', nextNumber: null });
    await sql(url, `SELECT setval('"Session_statusNumber_seq"', 1, false)`);
    const done = await renumber(true);
    expect(done).toMatchObject({ kind: 'renumbered', nextNumber: expect.any(Number) });
    expect(await tablesAheadOfTheirSequence()).toEqual([]);
    expect(await renumber(true)).toEqual({ kind: 'renumbered', nextNumber: null });
    expect(await liveKeys()).toEqual(before);
    expect((await sessionRow(id)).endedAt).toBeNull();
    expect((await prepareSession()).accessToken).not.toBe('');
  });

  it('withdraws every signing key and the sealing key at once, and puts others in their place', async () => {
    const before = await liveKeys();
    const { renewal } = await repair();
    const after = await liveKeys();
    for (const purpose of ['signing', 'seal']) {
      const [old, now] = [before, after].map((keys) => keys.filter((key) => key.purpose === purpose));
      expect(now?.map(({ slot }) => slot).sort()).toEqual(purpose === 'seal' ? ['current'] : ['current', 'next']);
      expect(now?.filter(({ id }) => old?.some((key) => key.id === id))).toEqual([]);
    }
    expect(after.find(({ slot, purpose }) => slot === 'current' && purpose === 'signing')?.id).toBe(renewal?.current);
    expect(after.filter(({ purpose }) => purpose === 'pepper')).toEqual(
      before.filter(({ purpose }) => purpose === 'pepper'),
    );
  });

  it('what may have been used, sent or stopped since is gone, and nobody is deleted who may have stayed', async () => {
    const [person, staying, gone] = [await createPerson(), await createPerson(), await createPerson()];
    const passed = new Date(Date.now() - 1_000);
    for (const { id } of [staying, gone]) await db().user.update({ where: { id }, data: { deletesAt: passed } });
    await giveLink(person);
    await giveLink(person, '0 s', 'undo_email');
    await giveLink(staying, '6 days', 'keep_account');
    await db().$executeRaw`
      INSERT INTO "FactorReset" ("userId", reason, "notBefore", "expiresAt") VALUES (${person.id}, 'lost', now(), now() + interval '1 day')`;
    await db().$executeRaw`INSERT INTO "Outbox" ("to", sealed) VALUES (${person.email}, 'none')`;
    await db()
      .$executeRaw`INSERT INTO "Ceremony" (id, purpose, "expiresAt") VALUES ('open', 'sign-up', now() + interval '1 hour')`;
    const app = { userId: person.id, secret: randomBytes(8), keyId: 'none', lastStep: 1n };
    await db().totp.create({ data: app });
    const { renewal } = await repair({ history: shipped(audit('account_deleted', gone)) });
    expect(renewal?.forgotten).toMatchObject({ mailLinks: 2, factorResets: 1, authenticatorApps: 1, deletions: 1 });
    expect(await db().outbox.count()).toBe(0);
    expect(await db().ceremony.count()).toBe(0);
    expect(await db().factorReset.count()).toBe(0);
    const links = await db().mailLink.findMany();
    expect(links.map(({ purpose }) => purpose)).toEqual(['keep_account']);
    const { lastStep } = await db().totp.findUniqueOrThrow({ where: { userId: person.id } });
    expect(Number(lastStep) * 30).toBeGreaterThan(Date.now() / 1_000);
    const weekAhead = Date.now() + 6.9 * 86_400_000;
    const { deletesAt } = await db().user.findUniqueOrThrow({ where: { id: staying.id } });
    expect(deletesAt?.getTime()).toBeGreaterThan(weekAhead);
    expect(links[0]?.expiresAt).toEqual(deletesAt);
    expect((await db().user.findUniqueOrThrow({ where: { id: gone.id } })).deletesAt).toEqual(passed);
  });

  it('names each change of an account that was taken back, the last of its kind, with what does it again', async () => {
    const person = await createPerson();
    const history = shipped(
      audit('role_changed', person, { role: 'admin' }),
      audit('password_changed', person),
      audit('role_changed', person, { role: 'member' }),
      audit('account_deleted', { id: 'AAAAAAAAAAAAAAAAAAAAAA', email: '' }),
      audit('recovery_code_used', person),
      audit('signed_in', person),
      { ...audit('account_disabled', person), at: new Date(lostSince.getTime() - 60_000).toISOString() },
    );
    const restore = { lostSince, history, endsAll: false, isForced: true };
    const printed = showRepair(await repair(restore), restore);
    expect(printed).toMatch(new RegExp(`role_changed +${person.email}: npm run users -- role ${person.email} member`));
    expect(printed).not.toContain('role ADMIN');
    expect(printed.match(/role_changed/g)).toHaveLength(1);
    expect(printed).toContain(`npm run users -- force-reset ${person.email}`);
    expect(printed).toContain('recovery_code_used');
    expect(printed).toContain('user AAAAAAAAAAAAAAAAAAAAAA');
    expect(printed).not.toContain('account_disabled');
    expect(printed).not.toContain('signed_in');
  });

  it('without a file it says what nobody knows, and which services may be back', async () => {
    await db().client.create({ data: { id: 'client-of-a-test', name: 'Billing', secretHash: randomBytes(32) } });
    const restore = { lostSince, history: null, endsAll: false, isForced: true };
    const printed = showRepair(await repair(restore), restore);
    expect(printed).toContain('nothing says of whom: passwords');
    expect(printed).toContain('There are: Billing');
  });

  it('refuses while others of its role are connected, and a time that has not come, and changes nothing', async () => {
    await db().user.count();
    const command = (...args: string[]) =>
      runCommand('lib/server/cli/restored.ts', testEnvironment(url), [
        '--lost-since',
        lostSince.toISOString(),
        ...args,
      ]);
    const before = await renewedState();
    await expect(command()).rejects.toThrow(/\d+ other connections of this role are open/);
    expect(
      await repairRestored({ lostSince: new Date(Date.now() + 60_000), history: null, endsAll: false, isForced: true }),
    ).toEqual({ kind: 'in_the_future' });
    expect(await renewedState()).toEqual(before);
    expect(await command('--force')).toContain('Now start the instances.');
    expect(await renewedState()).not.toEqual(before);
  });

  it('a step that fails leaves nothing half done', async () => {
    const { id } = await prepareSession();
    await db().$executeRaw`UPDATE "Session" SET "createdAt" = now() - interval '1 hour' WHERE id = ${id}`;
    const before = await liveKeys();
    await sql(url, 'ALTER TABLE "Client" RENAME TO "Hidden"');
    try {
      await expect(repair()).rejects.toThrow();
    } finally {
      await sql(url, 'ALTER TABLE "Hidden" RENAME TO "Client"');
    }
    expect(await liveKeys()).toEqual(before);
    expect((await sessionRow(id)).endedAt).toBeNull();
    expect((await repair()).ended).toBe(1);
  });
});

const liveKeys = () =>
  db().key.findMany({
    where: { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
    select: { id: true, purpose: true, slot: true },
    orderBy: { id: 'asc' },
  });

const renewedState = async () => ({
  keys: await liveKeys(),
  ceremonies: await db().ceremony.count(),
  number: await sql(url, 'SELECT last_value FROM "Session_statusNumber_seq"'),
});
