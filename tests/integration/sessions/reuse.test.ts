import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { devMail } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { atOnce, send } from '@/tests/support/http/requests';
import {
  ageRotation,
  auditTypes,
  COOKIE,
  type PreparedSession,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const GRACE_SECONDS = 2;

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl, env: { REFRESH_GRACE_SECONDS: String(GRACE_SECONDS) } });

const refresh = (token: string) =>
  send(server, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: token } });

async function rotate(token: string): Promise<string> {
  const answer = await refresh(token);
  expect(answer.status).toBe(200);
  return answer.cookies[COOKIE.refresh] ?? '';
}

/** What reuse must leave behind, from whichever endpoint and however often. */
async function expectEndedOnce({ id, person }: PreparedSession): Promise<void> {
  expect(await sessionRow(id)).toMatchObject({ endReason: 'reuse_detected' });
  expect((await auditTypes(id)).filter((type) => type === 'refresh_reuse')).toHaveLength(1);
  // The outbox is emptied after the answers are out.
  await expect.poll(() => db().outbox.count({ where: { to: person.email } })).toBe(0);
  const mails = (await devMail(server)).filter((mail) => mail.to === person.email);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).not.toMatch(/hack|attack|stolen/i);
}

// Promise: A refresh token that was replaced outside the grace window
describe('a refresh token that was replaced', () => {
  it('ends the session for both sides when it is replayed after the window: 401, one audit event, one mail', async () => {
    const session = await prepareSession();
    const current = await rotate(session.refreshToken);
    // The window itself: the only way to be outside of it by the clock on the wall.
    await new Promise((resolve) => setTimeout(resolve, (GRACE_SECONDS + 0.1) * 1000));

    const replay = await refresh(session.refreshToken);
    expect(problemOf(replay)).toBe('401 session_ended');
    expect(replay.setCookieLines).toEqual([]);
    const owner = await refresh(current);
    expect(problemOf(owner)).toBe('401 session_ended');
    expect(owner.setCookieLines).toEqual([]);
    // The instance that ended it refuses its access tokens at once.
    const access = await send(server, '/api/auth/session', { cookies: session.accessOnly });
    expect(problemOf(access)).toBe('401 unauthenticated');
    await expectEndedOnce(session);
  });

  it('brings one mail and one audit event when ten replay it at once, and ten more later', async () => {
    const session = await prepareSession();
    await rotate(session.refreshToken);
    await ageRotation(session.id, GRACE_SECONDS + 1);
    for (const _round of [1, 2]) {
      const answers = await atOnce(10, () => refresh(session.refreshToken));
      expect(answers.map(problemOf)).toEqual(answers.map(() => '401 session_ended'));
    }
    await expectEndedOnce(session);
  });

  it('is reuse inside the window too when it is older than the parent', async () => {
    const session = await prepareSession();
    const second = await rotate(session.refreshToken);
    await ageRotation(session.id, GRACE_SECONDS + 1);
    await rotate(second);
    expect(problemOf(await refresh(session.refreshToken))).toBe('401 session_ended');
    await expectEndedOnce(session);
  });

  it('is no reuse while the window is open', async () => {
    const session = await prepareSession();
    const current = await rotate(session.refreshToken);
    expect(await rotate(session.refreshToken)).toBe(current);
    expect(await auditTypes(session.id)).toEqual(['signed_in']);
  });
});
