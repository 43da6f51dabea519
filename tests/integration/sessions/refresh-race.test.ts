import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import { ageRotation, auditTypes, COOKIE, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const first = await useServer({ databaseUrl });
const second = await useServer({ databaseUrl });

/** Asserts that all went well with one and the same new refresh token, which is returned. */
function oneNewToken(answers: readonly Answer[], presented: string): string {
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
  const [token = '', ...others] = new Set(answers.map((answer) => answer.cookies[COOKIE.refresh] ?? ''));
  expect(others).toEqual([]);
  expect(token).not.toBe('');
  expect(token).not.toBe(presented);
  return token;
}

// Promise: No race of honest requests
describe('fifty refreshes at once with one token', () => {
  for (const [where, servers] of [
    ['at one server', [first]],
    ['at two server processes', [first, second]],
  ] as const) {
    it(`all succeed with one new token ${where}, again and again after the grace window`, async () => {
      const session = await prepareSession();
      const { userId } = await sessionRow(session.id);
      let presented = session.refreshToken;
      for (const rotations of [1, 2, 3]) {
        const answers = await atOnce(50, (index) =>
          send(servers[index % servers.length] ?? first, '/api/auth/refresh', {
            method: 'POST',
            cookies: { [COOKIE.refresh]: presented },
          }),
        );
        presented = oneNewToken(answers, presented);
        expect(await db().session.count({ where: { userId } })).toBe(1);
        const row = await sessionRow(session.id);
        expect(row).toMatchObject({ counter: BigInt(rotations), endedAt: null });
        expect(await auditTypes(session.id)).toEqual(['signed_in']);
        await ageRotation(session.id, 31);
      }
    });
  }

  it('hand every one of them an access token that works', async () => {
    const { refreshOnly } = await prepareSession();
    const answers = await atOnce(50, () => send(first, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly }));
    const tokens = new Set(answers.map((answer) => answer.cookies[COOKIE.access] ?? ''));
    const checks = await Promise.all(
      [...tokens].map((token) => send(second, '/api/auth/session', { cookies: { [COOKIE.access]: token } })),
    );
    expect(new Set(checks.map((check) => check.status))).toEqual(new Set([200]));
  });
});

describe('a token and its successor, used at the same time within the window', () => {
  it('bring no other token than the current one into the jar, whoever comes first', async () => {
    const session = await prepareSession();
    const parent = session.refreshOnly;
    const rotated = await send(first, '/api/auth/refresh', { method: 'POST', cookies: parent });
    const currentToken = rotated.cookies[COOKIE.refresh] ?? '';
    const current = { [COOKIE.refresh]: currentToken };
    const answers = await atOnce(20, async (index) => {
      const server = index % 4 < 2 ? first : second;
      const holdsParent = index % 2 === 1;
      const cookies = holdsParent ? parent : current;
      return { holdsParent, answer: await send(server, '/api/auth/refresh', { method: 'POST', cookies }) };
    });
    for (const { holdsParent, answer } of answers) {
      expect(answer.status).toBe(200);
      expect(answer.cookies[COOKIE.access]).toBeTruthy();
      // A client that holds the current one gets no second copy: a late answer would put it back over a newer one.
      expect(answer.cookies[COOKIE.refresh]).toBe(holdsParent ? currentToken : undefined);
    }
    expect((await sessionRow(session.id)).counter).toBe(1n);
  });
});
