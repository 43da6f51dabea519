import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { refresh } from '@/lib/server/sessions/refresh';
import { renameUser } from '@/lib/server/users/user-store';
import { refuseChanges } from '@/tests/support/database/refusals';
import { useDatabase } from '@/tests/support/database/use-database';
import { auditTypes, createPerson, prepareSession, sessionRow } from '@/tests/support/people';

const { url } = await useDatabase();

describe('when the audit log cannot be written', () => {
  it('a name stays as it was', async () => {
    const { id } = await createPerson({ name: 'Before' });
    const rename = () => renameUser(id, 'After', { sessionId: 'session', ip: null, userAgent: null });
    const nameOf = async () => (await db().user.findUniqueOrThrow({ where: { id } })).name;
    const allow = await refuseChanges(url, 'INSERT', 'AuditEvent');
    await expect(rename()).rejects.toThrow();
    expect(await nameOf()).toBe('Before');
    await allow();
    expect(await rename()).toMatchObject({ name: 'After' });
    expect(await auditTypes('session')).toEqual(['name_changed']);
  });

  it('a session that answers from another device keeps the old one, so that the change is noted the next time', async () => {
    const { id, refreshToken } = await prepareSession();
    const at = (device: string) => refresh(refreshToken, 'browser', { userAgent: device, device, ip: null });
    expect(await at('Firefox on Linux')).toMatchObject({ ok: true });
    const allow = await refuseChanges(url, 'INSERT', 'AuditEvent');
    await expect(at('Chrome on Windows')).rejects.toThrow();
    expect(await sessionRow(id)).toMatchObject({ device: 'Firefox on Linux' });
    await allow();
    expect(await at('Chrome on Windows')).toMatchObject({ ok: true });
    const events = await db().auditEvent.findMany({ where: { sessionId: id, type: 'device_changed' } });
    expect(events.map(({ details }) => details)).toMatchObject([{ count: 2 }]);
  });
});
