import { beforeEach, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { runCommand } from '@/tests/support/database/postgres';
import { refuseChanges } from '@/tests/support/database/refusals';
import { holdLocks } from '@/tests/support/database/sql';
import { countStatements, useDatabase } from '@/tests/support/database/use-database';
import { testEnvironment } from '@/tests/support/server/environment';

const { url } = await useDatabase();

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const NOTHING = {
  accounts: 0,
  sessions: 0,
  revocations: 0,
  rateLimits: 0,
  ceremonies: 0,
  mailLinks: 0,
  factorResets: 0,
  auditEvents: 0,
  mails: 0,
  keys: 0,
};

/** One row of every kind that is `days` past its end; negative: still good. */
async function addRows(id: string, days: number): Promise<void> {
  const end = ago(days);
  await db().session.create({
    data: {
      id,
      userId: 'user',
      kind: 'browser',
      secretHash: new Uint8Array(32),
      idleSeconds: 60,
      idleExpiresAt: end,
      absoluteExpiresAt: end,
      remember: false,
    },
  });
  await db().revocation.create({ data: { statusNumber: BigInt(Math.round(days * 1000) + 1_000_000), keepUntil: end } });
  await db().rateLimit.create({ data: { key: id, failures: 1, expiresAt: end } });
  await db().ceremony.create({ data: { id, purpose: 'sign_up', expiresAt: end } });
  const hash = new Uint8Array(32).fill(Math.abs(days) % 256);
  await db().mailLink.create({ data: { hash, purpose: 'reset', address: id, expiresAt: end } });
  const user = { create: { id: `of ${id}`, email: `${id}@people.test` } };
  await db().user.create({ data: { id: `leaving ${id}`, email: `leaving-${id}@people.test`, deletesAt: end } });
  await db().factorReset.create({ data: { user, reason: 'lost', notBefore: end, expiresAt: end } });
  await db().auditEvent.create({ data: { type: 'signed_in', at: end } });
  await db().outbox.create({ data: { to: id, sealed: '', expiresAt: end } });
  const key = { purpose: 'signing', wrappedSecret: new Uint8Array(1), wrappingKeyId: 1 };
  await db().key.create({ data: { id, ...key, expiresAt: end } });
}

/** So many audit events that are older than they are kept. */
const addEvents = (count: number) => db().$executeRaw`
  INSERT INTO "AuditEvent" (type, at) SELECT 'signed_in', now() - interval '181 days' FROM generate_series(1, ${count}::int)`;

beforeEach(async () => {
  await db()
    .$executeRaw`TRUNCATE "User", "Revocation", "RateLimit", "Ceremony", "MailLink", "AuditEvent", "Outbox" CASCADE`;
  // Those of these tests: the last mail to somebody whose account goes is sealed under a real one.
  await db().key.deleteMany({ where: { wrappedSecret: new Uint8Array(1) } });
  await db().user.create({ data: { id: 'user', email: 'user@example.test' } });
});

describe('cleaning', () => {
  it('deletes one of every kind once its time is over', async () => {
    await addRows('old', 181);
    const everything = Object.fromEntries(Object.keys(NOTHING).map((kind) => [kind, 1]));
    expect(await deleteExpired()).toEqual({ deleted: everything, failures: [], unfinished: [] });
    expect(await deleteExpired()).toEqual({ deleted: NOTHING, failures: [], unfinished: [] });
  });

  it('keeps sessions and used links for 30 days, and audit events for 180 after their end', async () => {
    await addRows('recent', 29);
    expect((await deleteExpired()).deleted).toMatchObject({ sessions: 0, mailLinks: 0, auditEvents: 0 });
    await addRows('older', 31);
    expect((await deleteExpired()).deleted).toMatchObject({ sessions: 1, mailLinks: 1, auditEvents: 0 });
  });

  it('leaves alone what is still good, and keys without an end', async () => {
    await addRows('good', -1);
    const key = { purpose: 'pepper', wrappedSecret: new Uint8Array(1), wrappingKeyId: 1 };
    await db().key.create({ data: { id: 'endless', ...key } });
    expect((await deleteExpired()).deleted).toEqual(NOTHING);
  });

  it('takes 50,000 rows in batches, each a statement of its own', async () => {
    await addEvents(50_000);
    const { result, statements } = await countStatements(url, () => deleteExpired({ batchRows: 8_000 }));
    expect(result).toMatchObject({ deleted: { auditEvents: 50_000 }, failures: [], unfinished: [] });
    expect(statements.find(({ sql }) => sql.includes('"AuditEvent"'))?.calls).toBe(7);
    expect(await db().auditEvent.count()).toBe(0);
  });

  it('stops when its time is over, says of what more is left, and goes on the next time', async () => {
    await addEvents(3_000);
    await addRows('old', 181);
    const first = await deleteExpired({ batchRows: 1, forMs: 300 });
    expect(first.unfinished).toContain('auditEvents');
    // The kinds take turns: one that is long does not keep the others from theirs.
    expect(first.deleted).toMatchObject({ sessions: 1, revocations: 1 });
    const second = await deleteExpired();
    expect(second.unfinished).toEqual([]);
    expect(first.deleted.auditEvents + second.deleted.auditEvents).toBe(3_001);
  });

  it('rests after each full batch for twice as long as that took', async () => {
    await addEvents(4_000);
    await db().$executeRaw`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END'`;
    await db().$executeRaw`CREATE TRIGGER slow AFTER DELETE ON "AuditEvent" EXECUTE FUNCTION slow()`;
    const beganAt = performance.now();
    // Two full batches, and one that finds nothing and is followed by no rest.
    expect((await deleteExpired({ batchRows: 2_000 })).deleted.auditEvents).toBe(4_000);
    const tookMs = performance.now() - beganAt;
    await db().$executeRaw`DROP FUNCTION slow CASCADE`;
    expect(tookMs).toBeGreaterThan(3 * 200 + 2 * 400);
  });

  it('is shared by two that run at once', async () => {
    await addEvents(20_000);
    const both = await Promise.all([deleteExpired(), deleteExpired()]);
    expect(both.map(({ failures, unfinished }) => [failures, unfinished])).toEqual([
      [[], []],
      [[], []],
    ]);
    const counts = both.map(({ deleted }) => deleted.auditEvents);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(20_000);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('leaves a row that somebody holds for the next time, and does not wait for it', async () => {
    await addRows('held', 181);
    await addRows('free', 182);
    const release = await holdLocks(url, `SELECT FROM "Session" WHERE id = 'held' FOR UPDATE`);
    expect((await deleteExpired()).deleted.sessions).toBe(1);
    await release();
    expect((await deleteExpired()).deleted.sessions).toBe(1);
  });

  it('goes on with the other kinds when PostgreSQL refuses one', async () => {
    await addRows('old', 181);
    const allow = await refuseChanges(url, 'DELETE', 'Revocation');
    const { deleted, failures } = await deleteExpired();
    expect(failures.map(({ kind }) => kind)).toEqual(['revocations']);
    expect(deleted).toMatchObject({
      sessions: 1,
      revocations: 0,
      rateLimits: 1,
      ceremonies: 1,
      mailLinks: 1,
      auditEvents: 1,
      keys: 1,
    });
    await allow();
    expect((await deleteExpired()).deleted).toMatchObject({ revocations: 1 });
  });

  it('ends with an error on the command line when a kind failed, and has done the others', async () => {
    await addRows('old', 181);
    const allow = await refuseChanges(url, 'DELETE', 'Revocation');
    const failing = runCommand('lib/server/cli/clean.ts', testEnvironment(url));
    await expect(failing).rejects.toThrow(
      /sessions: 1[\s\S]*db:clean: cleaning\.revocations failed, and the rest was done/,
    );
    expect(await db().session.count()).toBe(0);
    await allow();
  });

  it('runs from the command line, and says what is missing without settings', async () => {
    await addRows('old', 181);
    expect(await runCommand('lib/server/cli/clean.ts', testEnvironment(url))).toContain('sessions: 1');
    await expect(runCommand('lib/server/cli/clean.ts', {})).rejects.toThrow(/db:clean: DATABASE_URL is missing/);
  });
});
