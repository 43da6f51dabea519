import { describe, expect, it } from 'vitest';
import { ADMIN, MEMBER } from '@/tests/support/accounts';
import {
  ACCESS,
  cookiesOf,
  mailbox,
  only,
  post,
  problemCode,
  REFRESH,
  send,
  signIn,
} from '@/tests/support/http-client';
import { useApp } from '@/tests/support/running-app';
import { sql } from '@/tests/support/sql';

const app = useApp();

type Listed = { id: string; current: boolean; kind: string; lastSeenAt: string; createdAt: string };
const list = async (jar: Readonly<Record<string, string>>): Promise<Listed[]> => {
  const { sessions }: { sessions: Listed[] } = await (await send(app.server, '/api/auth/sessions', { jar })).json();
  return sessions;
};
const reasons = async () =>
  (
    await sql<{ reason: string }>(
      app.databaseUrl,
      'SELECT "endReason"::text AS reason FROM "Session" WHERE "endedAt" IS NOT NULL',
    )
  ).map(({ reason }) => reason);

describe('signing in', () => {
  it('answers with the user and the end of the access token', async () => {
    const answer = await post(app.server, '/api/auth/login', { json: MEMBER });
    expect(await answer.json()).toEqual({
      user: { id: expect.stringMatching(/^[\w-]{22}$/), email: MEMBER.email, name: expect.any(String), role: 'member' },
      accessTokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const cookies = answer.headers.getSetCookie();
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=lax/i);
    expect(cookies.filter((cookie) => /access|refresh/.test(cookie) && /max-age/i.test(cookie))).toEqual([]);
  });

  it('keeps the cookies beyond the browser only when asked to', async () => {
    const answer = await post(app.server, '/api/auth/login', { json: { ...MEMBER, remember: true } });
    const refresh = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(REFRESH));
    const seconds = Number(/max-age=(\d+)/i.exec(refresh ?? '')?.[1]);
    expect(seconds).toBeGreaterThan(7 * 86_400 - 60);
    expect(seconds).toBeLessThanOrEqual(7 * 86_400);
  });

  it('gives one answer to a wrong password and to an unknown address', async () => {
    const wrong = await post(app.server, '/api/auth/login', {
      json: { ...ADMIN, password: 'not the password at all' },
    });
    const unknown = await post(app.server, '/api/auth/login', {
      json: { email: 'nobody@example.test', password: 'whatever it is' },
    });
    expect([wrong.status, await wrong.text()]).toEqual([unknown.status, await unknown.text()]);
    expect(wrong.status).toBe(401);
  });

  it('with the cookie of another session ends that one quietly', async () => {
    const first = await signIn(app.server);
    const before = (await mailbox(app.server)).length;
    const second = await signIn(app.server, MEMBER, { jar: first });
    expect((await post(app.server, '/api/auth/refresh', { jar: only(first, REFRESH) })).status).toBe(401);
    expect((await send(app.server, '/api/auth/session', { jar: only(first, ACCESS) })).status).toBe(401);
    expect((await send(app.server, '/api/auth/session', { jar: second })).status).toBe(200);
    expect(await reasons()).toContain('superseded');
    expect(await mailbox(app.server)).toHaveLength(before);
  });

  it('by a form leads to where somebody wanted to go, and never to another site', async () => {
    const go = async (next: string) =>
      (await post(app.server, '/api/auth/login', { form: { ...MEMBER, next } })).headers.get('location');
    expect(await go('/account/sessions?x=1')).toBe('/account/sessions?x=1');
    for (const hostile of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/api/auth/session',
    ]) {
      expect(await go(hostile)).toBe('/dashboard');
    }
    const refused = await post(app.server, '/api/auth/login', {
      form: { email: 'x@example.test', password: 'no', next: '/account' },
    });
    expect([refused.status, refused.headers.get('location')]).toEqual([
      303,
      '/login?error=invalid_credentials&next=%2Faccount',
    ]);
  });

  it('a hundred and first time ends the oldest session', async () => {
    const [user] = await sql<{ id: string }>(app.databaseUrl, 'SELECT id FROM "User" WHERE email = $1', [ADMIN.email]);
    const oldest = await signIn(app.server, ADMIN);
    await sql(
      app.databaseUrl,
      `INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt", remember, amr)
       SELECT 'filler' || n, $1, 'browser', '\\x00', 60, now() + interval '1 h', now() + interval '1 h', false, '{pwd}' FROM generate_series(1, 99) n`,
      [user?.id],
    );
    const newest = await signIn(app.server, ADMIN);
    expect((await post(app.server, '/api/auth/refresh', { jar: only(oldest, REFRESH) })).status).toBe(401);
    expect(await list(newest)).toHaveLength(100);
    expect(await reasons()).toContain('over_limit');
  });
});

describe('the session list', () => {
  it('shows this session first, rounds when it was seen, and never how often it rotated', async () => {
    const jar = await signIn(app.server);
    await post(app.server, '/api/auth/refresh', { jar });
    const [first, ...others] = await list(jar);
    expect(first?.current).toBe(true);
    expect(others.every(({ current }) => !current)).toBe(true);
    expect(Object.keys(first ?? {})).not.toContain('counter');
    const seen = new Date(first?.lastSeenAt ?? '').getTime();
    expect(seen % 300_000 === 0 || first?.lastSeenAt === first?.createdAt).toBe(true);
  });

  it('ends one session, and knows none of somebody else', async () => {
    const mine = await signIn(app.server);
    const other = await signIn(app.server);
    const foreign = await signIn(app.server, ADMIN);
    const [foreignSession] = await list(foreign);
    const otherSession = (await list(other))[0];
    const end = (id: string) => send(app.server, `/api/auth/sessions/${id}`, { method: 'DELETE', jar: mine });
    expect((await end(otherSession?.id ?? '')).status).toBe(204);
    expect((await post(app.server, '/api/auth/refresh', { jar: only(other, REFRESH) })).status).toBe(401);
    for (const id of [foreignSession?.id ?? '', otherSession?.id ?? '', 'unknown', '%00', '..%2f']) {
      expect(await problemCode(await end(id))).toBe('not_found');
    }
    expect((await send(app.server, '/api/auth/session', { jar: foreign })).status).toBe(200);
  });
});

describe('signing out', () => {
  it.each([
    ['the current token', async () => only(await signIn(app.server), REFRESH)],
    [
      'a token rotated before',
      async () => {
        const jar = await signIn(app.server);
        await post(app.server, '/api/auth/refresh', { jar });
        return only(jar, REFRESH);
      },
    ],
    ['the access token alone', async () => only(await signIn(app.server), ACCESS)],
    ['nothing', async () => ({})],
    ['rubbish', async () => ({ [REFRESH]: 'rubbish', [ACCESS]: 'rubbish' })],
  ])('with %s answers 204 and deletes the cookies by name', async (_what, jarOf) => {
    const jar = await jarOf();
    const answer = await post(app.server, '/api/auth/logout', { jar });
    expect(answer.status).toBe(204);
    expect(cookiesOf(answer)).toEqual({ [ACCESS]: '', [REFRESH]: '' });
    expect(answer.headers.get('clear-site-data')).toBe('"cache"');
    expect((await send(app.server, '/api/me', { jar })).status).toBe(401);
  });
});

describe('an admin page', () => {
  it('is there for an admin and is no page for a member, by the database and not by the token', async () => {
    expect((await send(app.server, '/admin/users', { jar: await signIn(app.server, ADMIN) })).status).toBe(200);
    const member = await signIn(app.server);
    expect((await send(app.server, '/admin/users', { jar: member })).status).toBe(404);
  });
});

describe('the scheduler’s route', () => {
  it('does not exist without a secret', async () => {
    const answer = await send(app.server, '/api/cron/clean', { headers: { authorization: 'Bearer anything' } });
    expect(await problemCode(answer)).toBe('not_found');
  });
});
