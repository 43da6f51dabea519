import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordAudit } from '@/lib/server/audit/audit-log';
import { recordRepeatedWith } from '@/lib/server/audit/repeated-events';
import { db } from '@/lib/server/database/client';
import { openMail } from '@/lib/server/mail/sealed-mail';
import { addClient } from '@/lib/server/oauth/client-store';
import { listSessions } from '@/lib/server/sessions/list';
import { register } from '@/lib/server/sign-up/register';
import { verifyEmail } from '@/lib/server/sign-up/verify-email';
import { listUsers } from '@/lib/server/users/user-list';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, prepareSession } from '@/tests/support/people';

await useDatabase();

const FACTS = { userAgent: null, device: null, ip: null };
const DAY_MS = 86_400_000;

describe.each([
  ['ten days ahead', 10],
  ['ten days behind', -10],
])('an instance whose clock is %s', (_name, days) => {
  const realNow = Date.now();
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: realNow + days * DAY_MS }));
  afterEach(() => void vi.useRealTimers());

  it('knows which sessions live', async () => {
    const person = await createPerson();
    const live = await prepareSession(person);
    const over = await prepareSession(person);
    await db().$executeRaw`UPDATE "Session" SET "idleExpiresAt" = now() - interval '1 second' WHERE id = ${over.id}`;
    expect((await listSessions(person.id, live.id)).map(({ id }) => id)).toEqual([live.id]);
    const { users } = await listUsers();
    expect(users.find(({ id }) => id === person.id)).toMatchObject({ liveSessions: 1 });
  });

  it('counts what repeats by the hour of the database', async () => {
    const { id } = await prepareSession();
    const told = { type: 'network_refused', sessionId: id } as const;
    for (let n = 0; n < 2; n += 1) await recordRepeatedWith(told, id, db());
    const [hour] = await db().$queryRaw<{ key: string }[]>`SELECT to_char(now(), 'YYYYMMDDHH24') AS key`;
    const rows = await db().auditEvent.findMany({ where: { sessionId: id, type: told.type } });
    expect(rows.map(({ repeatKey, details }) => [repeatKey, details])).toEqual([
      [`network_refused:${id}:${hour?.key}`, { count: 2 }],
    ]);
  });

  it('writes down the time of the database', async () => {
    const { id } = await prepareSession(await createPerson({ hasPassword: true }));
    await recordAudit({ type: 'signed_out', sessionId: id });
    await addClient(`client ${days}`, null);
    const [wrong] = await db().$queryRaw<{ times: number }[]>`
      SELECT count(*)::int AS times FROM (
        SELECT at FROM "AuditEvent" WHERE type = 'signed_out' UNION ALL SELECT "createdAt" FROM "Client"
        UNION ALL SELECT "createdAt" FROM "User" UNION ALL SELECT "changedAt" FROM "Password"
        UNION ALL SELECT "createdAt" FROM "Session"
      ) AS written WHERE at NOT BETWEEN now() - interval '1 hour' AND now() + interval '1 hour'`;
    expect(wrong).toEqual({ times: 0 });
  });

  it('takes a code for as long as it is good', async () => {
    const email = `clock-${days}@example.test`;
    const begun = await register({ email, name: null, password: 'grey-heron-counts-the-lanterns', facts: FACTS });
    if (!begun.ok) throw new Error(begun.code);
    const { sealed } = await db().outbox.findFirstOrThrow({ where: { to: email } });
    const mail = await openMail(sealed ?? '', 0);
    const code = mail.ok ? (/^\d{6}$/m.exec(mail.value.text)?.[0] ?? '') : '';
    const pendingCookie = begun.value.sealed;
    const verified = await verifyEmail({ code, pendingCookie, refreshCookie: null, facts: FACTS });
    expect(verified).toMatchObject({ ok: true, value: { user: { email } } });
  });
});
