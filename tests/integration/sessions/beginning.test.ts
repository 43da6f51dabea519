import { describe, expect, it } from 'vitest';
import { days, hours } from '@/lib/core/time';
import { db } from '@/lib/server/database/client';
import { refresh } from '@/lib/server/sessions/refresh';
import { startSession } from '@/lib/server/sessions/start';
import { useDatabase } from '@/tests/support/database/use-database';
import { createPerson, type PreparedSession, prepareSession, sessionRow } from '@/tests/support/people';

await useDatabase();

const facts = { userAgent: null, device: null, ip: null };

const begin = (userId: string, brought: string | null = null) =>
  startSession({ userId, kind: 'browser', remember: true, amr: ['pwd'], facts, broughtRefreshToken: brought });

const disable = (id: string) => db().user.update({ where: { id }, data: { disabledAt: new Date() } });

/** Whether the status lists of every process will say that the session ended. */
async function isPublishedAsEnded({ id }: Pick<PreparedSession, 'id'>): Promise<boolean> {
  const { statusNumber } = await sessionRow(id);
  return (await db().revocation.count({ where: { statusNumber } })) === 1;
}

describe('a new session', () => {
  it.each([
    [true, days(7), days(30)],
    [false, hours(12), hours(12)],
  ])('with remember %s ends when it should', async (remember, idleSeconds, absoluteSeconds) => {
    const { id } = await prepareSession(await createPerson(), remember);
    const { createdAt, idleExpiresAt, absoluteExpiresAt } = await sessionRow(id);
    expect((idleExpiresAt.getTime() - createdAt.getTime()) / 1_000).toBe(idleSeconds);
    expect((absoluteExpiresAt.getTime() - createdAt.getTime()) / 1_000).toBe(absoluteSeconds);
  });

  it('is refused to a person who is disabled or gone, whoever proved what before', async () => {
    const [disabled, gone] = [await createPerson(), await createPerson()];
    await disable(disabled.id);
    await db().user.delete({ where: { id: gone.id } });
    for (const { id } of [disabled, gone]) {
      expect(await begin(id)).toBeNull();
      expect(await db().session.count({ where: { userId: id } })).toBe(0);
    }
  });

  it('that does not begin ends none: neither the one that was brought nor one beyond the cap', async () => {
    const old = await prepareSession();
    const nobody = await createPerson();
    const theirs = await prepareSession(nobody);
    await disable(nobody.id);
    expect(await begin(nobody.id, old.refreshToken)).toBeNull();
    for (const session of [old, theirs]) {
      expect(await sessionRow(session.id)).toMatchObject({ endedAt: null });
      expect(await isPublishedAsEnded(session)).toBe(false);
    }
  });

  it('puts the one that it replaces on the status list, so that every process and service refuses its tokens', async () => {
    const [old, other] = [await prepareSession(), await prepareSession()];
    expect(await begin((await createPerson()).id, old.refreshToken)).not.toBeNull();
    expect(await sessionRow(old.id)).toMatchObject({ endReason: 'superseded' });
    expect([await isPublishedAsEnded(old), await isPublishedAsEnded(other)]).toEqual([true, false]);
  });

  it('puts the one beyond the cap there too', async () => {
    const person = await createPerson();
    const first = await prepareSession(person);
    for (let count = 1; count < 100; count += 1) await begin(person.id);
    expect((await sessionRow(first.id)).endedAt).toBeNull();
    expect(await begin(person.id)).not.toBeNull();
    expect(await sessionRow(first.id)).toMatchObject({ endReason: 'over_limit' });
    expect(await isPublishedAsEnded(first)).toBe(true);
  });
});

describe('a refresh', () => {
  const from = (device: string, ip: string | null = null) => ({ userAgent: device, device, ip });
  const use = async (session: PreparedSession, facts: ReturnType<typeof from>, token = session.refreshToken) => {
    const refreshed = await refresh(token, 'browser', facts);
    if (!refreshed.ok) throw new Error(refreshed.code);
    return refreshed.value.refreshToken;
  };

  it('is seen in the list: the session was last used then', async () => {
    const session = await prepareSession();
    await db().session.update({ where: { id: session.id }, data: { lastSeenAt: new Date(0) } });
    await use(session, from('Firefox on Linux'));
    const { lastSeenAt, rotatedAt } = await sessionRow(session.id);
    expect(lastSeenAt).toEqual(rotatedAt);
    expect(lastSeenAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  /** A session last refreshed from there, so long ago that the next refresh rotates it, or a moment ago. */
  async function refreshedFrom(device: string, ip: string | null, when: string): Promise<PreparedSession> {
    const session = await prepareSession();
    const rotatedAt = new Date(when === 'when it rotates' ? 0 : Date.now());
    await db().session.update({ where: { id: session.id }, data: { device, ip, rotatedAt } });
    return session;
  }
  const changesOf = (session: PreparedSession) =>
    db().auditEvent.findMany({ where: { sessionId: session.id, type: 'device_changed' } });

  it.each(['when it rotates', 'when it converges'])(
    'by another browser is audited %s, with both names',
    async (when) => {
      const session = await refreshedFrom('Firefox on Linux', null, when);
      await use(session, from('Chrome on Windows'));
      const details = { from: 'Firefox on Linux', to: 'Chrome on Windows', count: 1 };
      expect((await changesOf(session)).map((event) => event.details)).toEqual([details]);
    },
  );

  it.each(['when it rotates', 'when it converges'])(
    'from another network is audited %s, from another address of it not',
    async (when) => {
      const there = await refreshedFrom('Firefox on Linux', '2001:db8::7', when);
      await use(there, from('Firefox on Linux', '2001:db8::99'));
      expect(await changesOf(there)).toEqual([]);
      const elsewhere = await refreshedFrom('Firefox on Linux', '2001:db8::7', when);
      await use(elsewhere, from('Firefox on Linux', '2001:db8:1::7'));
      expect(await changesOf(elsewhere)).toHaveLength(1);
    },
  );
});
