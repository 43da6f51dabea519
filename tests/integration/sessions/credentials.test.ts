import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { forgeRefreshToken } from '@/tests/support/forged-tokens';
import { devMail } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import {
  ageRotation,
  auditTypes,
  COOKIE,
  createPerson,
  PASSWORD,
  prepareSession,
  sessionRow,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });

const refresh = (cookie: string) => send(server, '/api/auth/refresh', { method: 'POST', headers: { cookie } });

describe('two cookies of one name', () => {
  it.each([
    ['twice the same', (good: string) => [good, good]],
    ['a good one and a planted one', (good: string) => [good, 'planted']],
    ['a planted one and a good one', (good: string) => ['planted', good]],
    ['a good one and an empty one', (good: string) => [good, '']],
  ])('count as none: %s', async (_what, both) => {
    const { id, accessToken, refreshToken } = await prepareSession();
    const [first, second] = both(accessToken);
    const access = `${COOKIE.access}=${first}; ${COOKIE.access}=${second}`;
    for (const path of ['/api/auth/session', '/api/me']) {
      expect(problemOf(await send(server, path, { headers: { cookie: access } }))).toBe('401 unauthenticated');
    }
    expect((await send(server, '/dashboard', { headers: { cookie: access } })).status).toBe(303);
    const [one, two] = both(refreshToken);
    const double = `${COOKIE.refresh}=${one}; ${COOKIE.refresh}=${two}`;
    expect(problemOf(await refresh(double))).toBe('401 session_ended');
    expect((await send(server, '/dashboard', { headers: { cookie: double } })).status).toBe(303);
    expect(await sessionRow(id)).toMatchObject({ counter: 0n, endedAt: null });
  });

  it('are replaced by one when the refresh cookie beside them is good', async () => {
    const { accessToken, refreshToken } = await prepareSession();
    const cookie = `${COOKIE.access}=${accessToken}; ${COOKIE.access}=planted; ${COOKIE.refresh}=${refreshToken}`;
    const answer = await send(server, '/dashboard', { headers: { cookie } });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.cookies).sort()).toEqual([COOKIE.access, COOKIE.refresh]);
  });

  it('of which a parser would undo the escapes is none: a token has one spelling', async () => {
    const { accessToken, refreshToken } = await prepareSession();
    const escaped = (token: string) => `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`;
    const access = `${COOKIE.access}=${escaped(accessToken)}`;
    expect(problemOf(await send(server, '/api/auth/session', { headers: { cookie: access } }))).toBe(
      '401 unauthenticated',
    );
    expect((await send(server, '/dashboard', { headers: { cookie: access } })).status).toBe(303);
    expect(problemOf(await refresh(`${COOKIE.refresh}=${escaped(refreshToken)}`))).toBe('401 session_ended');
  });

  it('of names that only look like ours are nothing to us', async () => {
    const { accessToken } = await prepareSession();
    for (const name of [COOKIE.access.toUpperCase(), `${COOKIE.access}x`, `\u00a0${COOKIE.access}`, '__Host-access']) {
      const cookie = Buffer.from(`${name}=${accessToken}`, 'utf8').toString('latin1');
      expect(problemOf(await send(server, '/api/auth/session', { headers: { cookie } }))).toBe('401 unauthenticated');
    }
  });
});

describe('a Bearer token beside cookies', () => {
  it('is the only one that is read', async () => {
    const ada = await prepareSession(await createPerson());
    const bob = await prepareSession(await createPerson());
    const headers = { authorization: `Bearer ${ada.accessToken}` };
    const session = await send(server, '/api/auth/session', { headers, cookies: bob.cookies });
    expect(session.json()).toMatchObject({ sub: ada.person.id, sid: ada.id });
    const me = await send(server, '/api/me', { headers, cookies: bob.cookies });
    expect(me.json()).toMatchObject({ user: { id: ada.person.id, email: ada.person.email } });
    expect(me.setCookieLines).toEqual([]);
  });

  it('never gives way to a good cookie when it is bad', async () => {
    const { accessToken, refreshToken, cookies, id } = await prepareSession();
    const bad = [`Bearer ${accessToken}x`, `Bearer ${refreshToken}`, 'bearer x', 'BEARER   y'];
    for (const authorization of bad) {
      for (const path of ['/api/me', '/api/auth/session', '/api/auth/sessions']) {
        const answer = await send(server, path, { headers: { authorization }, cookies });
        expect(problemOf(answer), `${path} ${authorization.slice(0, 12)}`).toBe('401 unauthenticated');
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
        expect(answer.setCookieLines).toEqual([]);
      }
    }
    expect((await sessionRow(id)).counter).toBe(0n);
  });

  it('is no way into a page', async () => {
    const { accessToken } = await prepareSession();
    const answer = await send(server, '/dashboard', { headers: { authorization: `Bearer ${accessToken}` } });
    expect(answer.status).toBe(303);
  });
});

describe('signing out', () => {
  it.each([
    ['the current refresh token', async () => (await prepareSession()).refreshOnly],
    ['a token rotated long ago', rotatedLongAgo],
    ['the access token alone', async () => (await prepareSession()).accessOnly],
  ])('with %s ends the session without alarm: 204, cookies deleted by name', async (_what, cookiesOf) => {
    const before = await db().session.count({ where: { endReason: 'signed_out' } });
    const cookies = await cookiesOf();
    const answer = await send(server, '/api/auth/logout', { method: 'POST', cookies });
    expect(answer.status).toBe(204);
    expect(answer.cookies).toEqual({ [COOKIE.access]: '', [COOKIE.refresh]: '' });
    expect(answer.headers['clear-site-data']).toBe('"cache", "prefetchCache", "prerenderCache"');
    expect(await db().session.count({ where: { endReason: 'signed_out' } })).toBe(before + 1);
    expect(await db().auditEvent.count({ where: { type: 'refresh_reuse' } })).toBe(0);
  });

  it.each([
    ['nothing', {}],
    ['rubbish', { [COOKIE.access]: 'rubbish', [COOKIE.refresh]: 'rubbish' }],
  ])('with %s is 204 too', async (_what, cookies) => {
    const answer = await send(server, '/api/auth/logout', { method: 'POST', cookies });
    expect([answer.status, answer.cookies]).toEqual([204, { [COOKIE.access]: '', [COOKIE.refresh]: '' }]);
  });

  it('twice is 204 twice, and one audit event', async () => {
    const { id, cookies } = await prepareSession();
    for (const _time of [1, 2]) {
      expect((await send(server, '/api/auth/logout', { method: 'POST', cookies })).status).toBe(204);
    }
    expect(await auditTypes(id)).toEqual(['signed_in', 'signed_out']);
  });

  it('ends nobody else’s session when the secret in the token is not this session’s', async () => {
    const [mine, other] = [await prepareSession(), await prepareSession()];
    const forged = await forgeRefreshToken(mine.refreshToken, { sessionId: other.id });
    const answer = await send(server, '/api/auth/logout', { method: 'POST', cookies: { [COOKIE.refresh]: forged } });
    expect(answer.status).toBe(204);
    await send(server, '/api/auth/logout', { method: 'POST', cookies: mine.refreshOnly });
    expect((await sessionRow(mine.id)).endedAt).not.toBeNull();
    expect((await sessionRow(other.id)).endedAt).toBeNull();
  });
});

async function rotatedLongAgo(): Promise<Record<string, string>> {
  const { id, refreshOnly, refreshToken } = await prepareSession();
  let token = refreshToken;
  for (const _rotation of [1, 2, 3]) {
    token = (await refresh(`${COOKIE.refresh}=${token}`)).cookies[COOKIE.refresh] ?? '';
    await ageRotation(id, 3_600);
  }
  expect((await sessionRow(id)).counter).toBe(3n);
  return refreshOnly;
}

describe('signing in', () => {
  const login = (email: string, cookies: Record<string, string> = {}) =>
    send(server, '/api/auth/login', { method: 'POST', json: { email, password: PASSWORD }, cookies });

  it('over a session ends that one as superseded, without alarm and without mail', async () => {
    const person = await createPerson({ hasPassword: true });
    const old = await prepareSession(person);
    const answer = await login(person.email, old.cookies);
    expect(answer.status).toBe(200);
    expect(await sessionRow(old.id)).toMatchObject({ endReason: 'superseded' });
    expect(problemOf(await send(server, '/api/auth/session', { cookies: old.accessOnly }))).toBe('401 unauthenticated');
    expect(await db().auditEvent.count({ where: { userId: person.id, type: 'refresh_reuse' } })).toBe(0);
    expect((await devMail(server)).filter((mail) => mail.to === person.email)).toEqual([]);
    expect(await db().session.count({ where: { userId: person.id, endedAt: null } })).toBe(1);
  });

  it('for the hundred and first time ends the oldest session and no other', async () => {
    const person = await createPerson({ hasPassword: true });
    const sessions: string[] = [];
    for (let i = 0; i < 100; i += 1) sessions.push((await prepareSession(person)).id);
    expect(await db().session.count({ where: { userId: person.id, endedAt: null } })).toBe(100);
    expect((await login(person.email)).status).toBe(200);
    const ended = await db().session.findMany({ where: { userId: person.id, endedAt: { not: null } } });
    expect(ended.map(({ id, endReason }) => ({ id, endReason }))).toEqual([
      { id: sessions[0], endReason: 'over_limit' },
    ]);
    expect(await db().session.count({ where: { userId: person.id, endedAt: null } })).toBe(100);
  });
});

describe('ending sessions from the list', () => {
  it('reaches one’s own, and nobody else’s', async () => {
    const ada = await createPerson();
    const [here, there] = [await prepareSession(ada), await prepareSession(ada)];
    const foreign = await prepareSession();
    const end = (id: string) => send(server, `/api/auth/sessions/${id}`, { method: 'DELETE', cookies: here.cookies });
    expect(problemOf(await end(foreign.id))).toBe('404 not_found');
    expect((await sessionRow(foreign.id)).endedAt).toBeNull();
    expect((await end(there.id)).status).toBe(204);
    for (const id of [there.id, 'unknown', '%00', '..%2f']) expect(problemOf(await end(id))).toBe('404 not_found');
    expect(await auditTypes(there.id)).toEqual(['signed_in', 'session_ended']);
    expect((await sessionRow(here.id)).endedAt).toBeNull();
  });

  it('ends all others at once and keeps this one', async () => {
    const ada = await createPerson();
    const here = await prepareSession(ada);
    const others = [await prepareSession(ada), await prepareSession(ada), await prepareSession(ada)];
    const foreign = await prepareSession();
    const answer = await send(server, '/api/auth/sessions', { method: 'DELETE', cookies: here.cookies });
    expect(answer.status).toBe(204);
    for (const { id, accessOnly } of others) {
      expect((await sessionRow(id)).endReason).toBe('ended_by_owner');
      expect((await send(server, '/api/auth/session', { cookies: accessOnly })).status).toBe(401);
    }
    for (const { id } of [here, foreign]) expect((await sessionRow(id)).endedAt).toBeNull();
  });
});
