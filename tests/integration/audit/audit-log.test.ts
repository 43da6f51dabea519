import { afterAll, beforeEach, expect, test } from 'vitest';
import { AUDIT_RETENTION_SECONDS } from '@/lib/core/policy';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';

await useDatabase();
afterAll(() => db().$disconnect());
beforeEach(() => db().auditEvent.deleteMany());

test('an event is kept with the time of the database', async () => {
  const client = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0' };
  const details = { from: 'Firefox on Linux', to: null, counter: 3, isNew: true };
  await recordAudit({ type: 'device_changed', userId: 'user', sessionId: 'session', ...client, details });
  const [event] = await db().auditEvent.findMany();
  expect(event).toMatchObject({ type: 'device_changed', userId: 'user', sessionId: 'session', ...client, details });
  const [row] = await db().$queryRaw<{ ageMs: number }[]>`
    SELECT extract(epoch FROM now() - at)::float8 * 1000 AS "ageMs" FROM "AuditEvent"`;
  expect(row?.ageMs).toBeGreaterThanOrEqual(-1);
  expect(row?.ageMs).toBeLessThan(5_000);
});

test('an event needs nothing but its type', async () => {
  await recordAudit({ type: 'sign_in_failed' });
  const [event] = await db().auditEvent.findMany();
  expect(event).toMatchObject({ userId: null, sessionId: null, ip: null, userAgent: null, details: {} });
});

test('what a client says of itself is cut and cannot break the record', async () => {
  const hostile = `a\u0000b\r\n\u001b[2J\ud800${'x'.repeat(5_000)}`;
  await recordAudit({ type: 'device_changed', userAgent: hostile, details: { to: hostile } });
  const [event] = await db().auditEvent.findMany();
  expect(event?.userAgent).toHaveLength(256);
  expect(event?.userAgent).toMatch(/^a b {3}\[2J x+$/);
  expect(event?.details).toEqual({ to: expect.stringMatching(/^a b {3}\[2J x{246}$/) });
});

test('an event of a transaction that fails was never there', async () => {
  const failing = db().$transaction(async (transaction) => {
    await recordAudit({ type: 'signed_up', userId: 'user' }, transaction);
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await db().auditEvent.count()).toBe(0);
});

test('events are kept for 180 days', () => {
  expect(AUDIT_RETENTION_SECONDS).toBe(15_552_000);
});
