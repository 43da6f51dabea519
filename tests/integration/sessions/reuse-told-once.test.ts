import { expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { endSessions } from '@/lib/server/sessions/ending';
import { refresh } from '@/lib/server/sessions/refresh';
import { holdLocks, untilWaiting } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { ageRotation, prepareSession, sessionRow } from '@/tests/support/people';

const { url: databaseUrl } = await useDatabase();
const facts = { userAgent: null, device: null, ip: null };

/** A session whose first token was replaced outside of the window. */
async function replaced() {
  const session = await prepareSession();
  expect((await refresh(session.refreshToken, 'browser', facts)).ok).toBe(true);
  await ageRotation(session.id, 31);
  return session;
}

/** What two callers are told who have both read the row before either may write to it. */
async function together(sessionId: string, calls: readonly (() => Promise<unknown>)[]): Promise<unknown[]> {
  const letGo = await holdLocks(databaseUrl, `SELECT FROM "Session" WHERE id = '${sessionId}' FOR UPDATE`);
  const running = Promise.all(calls.map((call) => call()));
  await untilWaiting(databaseUrl, calls.length, AbortSignal.timeout(15_000));
  await letGo();
  return running;
}

const mailsTo = (to: string) => db().outbox.count({ where: { to } });

it('reuse is told to one of two who replay a token at once: the other finds the session ended', async () => {
  const { id, person, refreshToken } = await replaced();
  const replay = () => refresh(refreshToken, 'browser', facts);
  const told = await together(id, [replay, replay]);
  expect(told.map((one) => JSON.stringify(one)).sort()).toEqual([
    JSON.stringify({ ok: false, code: 'reuse_detected' }),
    JSON.stringify({ ok: false, code: 'session_ended' }),
  ]);
  expect(await mailsTo(person.email)).toBe(1);
});

it('reuse is told to nobody where the owner ended the session first: no mail waits, and none is counted', async () => {
  const { id, person, refreshToken } = await replaced();
  let told: unknown;
  const ended = await together(id, [
    () =>
      endSessions(
        { sessionId: id, userId: person.id },
        { reason: 'ended_by_owner', audit: 'session_ended', facts, askedBy: null },
      ),
    async () => {
      told = await refresh(refreshToken, 'browser', facts);
    },
  ]);
  const { endReason } = await sessionRow(id);
  const wasOwnerFirst = ended[0] === 1;
  expect(endReason).toBe(wasOwnerFirst ? 'ended_by_owner' : 'reuse_detected');
  expect(told).toEqual({ ok: false, code: wasOwnerFirst ? 'session_ended' : 'reuse_detected' });
  expect(await mailsTo(person.email)).toBe(wasOwnerFirst ? 0 : 1);
});
