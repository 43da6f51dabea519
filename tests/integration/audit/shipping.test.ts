import { NextRequest } from 'next/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GET } from '@/app/api/cron/mail/route';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { shipEvents } from '@/lib/server/audit/shipping';
import { takeTurn } from '@/lib/server/audit/shipping-store';
import { db } from '@/lib/server/database/client';
import { readHistory } from '@/lib/server/restore/shipped-history';
import { changeRole } from '@/lib/server/sessions/role-change';
import { endByRefreshToken } from '@/lib/server/sessions/sign-out';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, prepareSession } from '@/tests/support/people';

await useDatabase();
process.env['AUDIT_LOG'] = 'stdout';
process.env['CRON_SECRET'] = 'a-secret-that-only-the-scheduler-knows';

const shared = globalThis as typeof globalThis & { handstampShipper?: unknown };
let lines: string[] = [];

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM "AuditShipping"`;
  // What an earlier test left is older than a first turn looks back.
  await db().$executeRaw`UPDATE "AuditEvent" SET at = at - interval '1 hour'`;
  await db().$executeRaw`UPDATE "Revocation" SET "keepUntil" = "keepUntil" - interval '1 hour'`;
  delete shared.handstampShipper;
  lines = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    lines.push(
      ...String(chunk)
        .split('\n')
        .filter((line) => line.startsWith('{')),
    );
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const told = (event: string) => lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);

describe('events that are shipped', () => {
  it('are lines of the log, once from one process, and hold no address of a person or network', async () => {
    const person = await createPerson({ email: 'canary@people.test', name: 'Canary' });
    await recordAudit({ type: 'password_changed', userId: person.id, ip: '192.0.2.77', userAgent: 'canary-agent' });
    await changeRole(person.email, 'admin');
    expect(await shipEvents()).toBe(2);
    expect(await shipEvents()).toBe(0);
    expect(told('audit').map(({ type, userId, role }) => [type, userId, role])).toEqual([
      ['password_changed', person.id, undefined],
      ['role_changed', person.id, 'admin'],
    ]);
    expect(lines.join()).not.toMatch(/canary|192\.0\.2|withheld/i);
    expect(readHistory(lines.join('\n'))?.events).toHaveLength(2);
  });

  // Promise: A database that was restored is made good by one command
  it('tell of each session that ended, also where another took its place and where its row was deleted', async () => {
    const [left, deleted] = [await prepareSession(), await prepareSession()];
    await endByRefreshToken(left.refreshToken, { ip: null, userAgent: null, device: null });
    const { statusNumber } = await db().session.findUniqueOrThrow({ where: { id: deleted.id } });
    await db().session.delete({ where: { id: deleted.id } });
    await shipEvents();
    expect(told('session.ended')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ sessionId: left.id, userId: left.person.id, why: 'signed_out' }),
        expect.objectContaining({ sessionId: null, statusNumber: Number(statusNumber) }),
      ]),
    );
    const ended = readHistory(lines.join('\n'))?.ended;
    expect(ended?.sessionIds).toEqual([left.id]);
    expect(ended?.statusNumbers).toEqual([Number(statusNumber)]);
  });

  it('come also from a transaction that was under way while later ones were told', async () => {
    await shipEvents();
    await db().$transaction(async (tx) => {
      await recordAudit({ type: 'key_withdrawn' }, tx);
      await recordAudit({ type: 'key_promoted' });
      expect(await shipEvents()).toBe(1);
    });
    expect(await shipEvents()).toBe(1);
    expect(told('audit').map(({ type }) => type)).toEqual(['key_promoted', 'key_withdrawn']);
  });

  it('come from one process at a time; the next one begins a minute before where the last one was', async () => {
    await recordAudit({ type: 'key_promoted' });
    expect(await shipEvents()).toBe(1);
    expect(await takeTurn('another', null)).toBeNull();
    delete shared.handstampShipper;
    expect(await shipEvents()).toBeNull();
    await db().$executeRaw`UPDATE "AuditShipping" SET "heldUntil" = now() - interval '1 second'`;
    await recordAudit({ type: 'key_withdrawn' });
    expect(await shipEvents()).toBe(2);
  });

  it('are shipped by a call of the scheduler too, where no process lives long enough', async () => {
    await recordAudit({ type: 'key_promoted' });
    const headers = { authorization: `Bearer ${process.env['CRON_SECRET']}`, host: 'localhost:3000' };
    const answer = await GET(new NextRequest('http://localhost:3000/api/cron/mail', { headers }), {
      params: Promise.resolve({}),
    });
    expect(answer.status).toBe(200);
    expect(told('audit').map(({ type }) => type)).toEqual(['key_promoted']);
  });

  it('that happened while nobody shipped are told later, page after page', async () => {
    await shipEvents();
    await db().$executeRaw`DELETE FROM "AuditEvent"`;
    await db().$executeRaw`DELETE FROM "Revocation"`;
    await db().$executeRaw`
      INSERT INTO "AuditEvent" (type, at) SELECT 'signed_in', now() - interval '2 days' FROM generate_series(1, 12000)`;
    await db().$executeRaw`
      UPDATE "AuditShipping" SET "shippedUntil" = now() - interval '3 days', "heldUntil" = now() - interval '1 second'`;
    delete shared.handstampShipper;
    expect(await shipEvents()).toBe(12_000);
    expect(new Set(told('audit').map(({ id }) => id)).size).toBe(12_000);
  });
});
