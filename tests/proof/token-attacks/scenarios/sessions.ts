import { expect } from 'vitest';
import { db } from '@/lib/server/database/client';
import { changeRole } from '@/lib/server/sessions/role-change';
import { problemOf } from '@/tests/support/http/problems';
import { type Answer, atOnce, send } from '@/tests/support/http/requests';
import {
  ageRotation,
  auditTypes,
  COOKIE,
  createPerson,
  PASSWORD,
  type PreparedSession,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { partsOf, readPart, signCompact } from '../../../fixtures/signing';
import { looseSpelling, twinOf } from '../families/re-encoded';
import type { Ground } from '../ground';
import { ALL_OPEN, ALL_SHUT, doorsFor } from '../openings';
import type { Scenarios } from '../scenarios';

/** Of the end of a session, in a process elsewhere. */
const KNOWN_WITHIN_MS = 6_000;

const refresh = ({ server }: Ground, token: string) =>
  send(server, '/api/auth/refresh', { method: 'POST', cookies: { [COOKIE.refresh]: token } });
const refreshTokenIn = (answer: Answer) => answer.cookies[COOKIE.refresh] ?? '';

/** Refused by everything within the time that is published for it; by the process where it happened, at once. */
async function expectRefused(ground: Ground, token: string, what: string): Promise<void> {
  const options = { timeout: KNOWN_WITHIN_MS, interval: 200, message: what };
  await expect.poll(() => doorsFor(ground, token), options).toEqual(ALL_SHUT);
}

/** An older token of the session: verifiers elsewhere take the newest ones on the word of the issuer alone. */
async function older({ accessToken }: PreparedSession, ground: Ground): Promise<string> {
  const [header, payload] = partsOf(accessToken);
  const claims = readPart(payload);
  const { signing } = await ground.forge();
  return signCompact(readPart(header), { ...claims, iat: Number(claims['iat']) - 10 }, signing);
}

/** Scenarios of sessions: ended, replayed, and of people who changed. */
export const SESSIONS: Scenarios = {
  async C15(ground) {
    const session = await prepareSession();
    const token = await older(session, ground);
    const [header, payload, signature] = partsOf(token);
    expect(await doorsFor(ground, token)).toEqual(ALL_OPEN);
    expect(await doorsFor(ground, twinOf(token)), 'the twin').toEqual(ALL_OPEN);
    await ground.issuer.signOut(session);
    const spellings = {
      'as it was': token,
      twin: twinOf(token),
      'loose bits': looseSpelling(token, 2),
      padded: [header, payload, signature].map((part) => part.padEnd(Math.ceil(part.length / 4) * 4, '=')).join('.'),
      'the twin, padded': `${twinOf(token)}==`,
      'with a plus': `${token.slice(0, -2)}+${token.slice(-2)}`,
      'as JSON': JSON.stringify({ protected: header, payload, signature }),
    };
    for (const [name, text] of Object.entries(spellings)) await expectRefused(ground, text, name);
  },

  async C19(ground) {
    const { server } = ground;
    const signedIn = async () => {
      const person = await createPerson({ hasPassword: true });
      const session = await prepareSession(person);
      const token = await older(session, ground);
      expect(await doorsFor(ground, token)).toEqual(ALL_OPEN);
      return { person, session, token };
    };
    const [gone, disabled, left, renewed, raised] = await atOnce(5, signedIn);
    if (!gone || !disabled || !left || !renewed || !raised) throw new Error('Five people are needed');
    await ground.issuer.signOut(left.session);
    const json = { currentPassword: PASSWORD, newPassword: 'nine brisk otters waltz' };
    const { cookies } = await prepareSession(renewed.person);
    const changed = await send(server, '/api/account/password', { method: 'POST', json, cookies });
    expect(changed.status, changed.text).toBeLessThan(300);
    await db().user.update({ where: { id: disabled.person.id }, data: { disabledAt: new Date() } });
    await db().user.delete({ where: { id: gone.person.id } });
    for (const { token } of [left, renewed]) await expectRefused(ground, token, 'signed out');
    // Whoever was changed by hand, past the product, is refused by whoever looks them up.
    for (const { token } of [disabled, gone]) {
      const { api, bearer, 'page without middleware': page } = await doorsFor(ground, token);
      expect([api, bearer, page]).toEqual([401, 401, 307]);
    }
    await changeRole(raised.person.email, 'admin');
    const service = async () => (await doorsFor(ground, raised.token)).service;
    await expect.poll(service, { timeout: KNOWN_WITHIN_MS, interval: 200 }).toBe(401);
  },

  async C20(ground) {
    // Fifty at once are one browser: one successor for all of them.
    const crowd = await prepareSession();
    const answers = await atOnce(50, () => refresh(ground, crowd.refreshToken));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(refreshTokenIn)).size).toBe(1);
    // The answer was lost: the same token again, inside of the window, brings the same successor.
    expect(refreshTokenIn(await refresh(ground, crowd.refreshToken))).toBe(
      refreshTokenIn(answers[0] ?? neverAnswered()),
    );
    // Replayed after it, the session is over for both sides, once.
    await ageRotation(crowd.id, 3_600);
    expect(problemOf(await refresh(ground, crowd.refreshToken))).toBe('401 session_ended');
    expect(problemOf(await refresh(ground, refreshTokenIn(answers[0] ?? neverAnswered())))).toBe('401 session_ended');
    await expectReuse(crowd.id);
    // So it is for the token before the last one, whatever the time.
    const line = await prepareSession();
    const second = refreshTokenIn(await refresh(ground, line.refreshToken));
    await ageRotation(line.id, 3_600);
    expect((await refresh(ground, second)).status).toBe(200);
    expect(problemOf(await refresh(ground, line.refreshToken))).toBe('401 session_ended');
    await expectReuse(line.id);
  },
};

async function expectReuse(sessionId: string): Promise<void> {
  expect(await sessionRow(sessionId)).toMatchObject({ endReason: 'reuse_detected' });
  expect((await auditTypes(sessionId)).filter((type) => type === 'refresh_reuse')).toHaveLength(1);
}

function neverAnswered(): never {
  throw new Error('There was no answer');
}
