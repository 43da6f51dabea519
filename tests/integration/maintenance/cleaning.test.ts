import { beforeEach, describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { deleteExpired } from '@/lib/server/maintenance/cleaning';
import { runCommand } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { testEnvironment } from '@/tests/support/server/environment';

const { url } = await useDatabase();

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const NOTHING = { sessions: 0, revocations: 0, rateLimits: 0, ceremonies: 0, auditEvents: 0, mails: 0, keys: 0 };

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
  await db().auditEvent.create({ data: { type: 'signed_in', at: end } });
  await db().outbox.create({ data: { to: id, subject: '', text: '', html: '', createdAt: end } });
  const key = { purpose: 'signing', wrappedSecret: new Uint8Array(1), wrappingKeyId: 1 };
  await db().key.create({ data: { id, ...key, expiresAt: end } });
}

beforeEach(async () => {
  await db().$executeRaw`TRUNCATE "User", "Revocation", "RateLimit", "Ceremony", "AuditEvent", "Outbox", "Key" CASCADE`;
  await db().user.create({ data: { id: 'user', email: 'user@example.test' } });
});

describe('cleaning', () => {
  it('deletes one of every kind once its time is over', async () => {
    await addRows('old', 181);
    const everything = { sessions: 1, revocations: 1, rateLimits: 1, ceremonies: 1, auditEvents: 1, mails: 1, keys: 1 };
    expect(await deleteExpired()).toEqual(everything);
    expect(await deleteExpired()).toEqual(NOTHING);
  });

  it('keeps sessions for 30 days and audit events for 180 after their end', async () => {
    await addRows('recent', 29);
    const { sessions, auditEvents } = await deleteExpired();
    expect({ sessions, auditEvents }).toEqual({ sessions: 0, auditEvents: 0 });
    await addRows('older', 31);
    expect(await deleteExpired()).toMatchObject({ sessions: 1, auditEvents: 0 });
  });

  it('leaves alone what is still good, and keys without an end', async () => {
    await addRows('good', -1);
    const key = { purpose: 'pepper', wrappedSecret: new Uint8Array(1), wrappingKeyId: 1 };
    await db().key.create({ data: { id: 'endless', ...key } });
    expect(await deleteExpired()).toEqual(NOTHING);
  });

  it('runs from the command line, and says what is missing without settings', async () => {
    await addRows('old', 181);
    expect(await runCommand('lib/server/cli/clean.ts', testEnvironment(url))).toContain('sessions: 1');
    await expect(runCommand('lib/server/cli/clean.ts', {})).rejects.toThrow(/db:clean: DATABASE_URL is missing/);
  });
});
