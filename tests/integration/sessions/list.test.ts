import { describe, expect, it } from 'vitest';
import type { Role } from '@/lib/core/token/claims';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { ageProof, stepUp } from '@/tests/support/http/account';
import { problemOf } from '@/tests/support/http/problems';
import { bearer, signInProgram } from '@/tests/support/http/programs';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import {
  COOKIE,
  type Cookies,
  createPerson,
  PASSWORD,
  type Person,
  prepareSession,
  signIn,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const member = await createPerson({ hasPassword: true });
const admin = await createPerson({ hasPassword: true, role: 'admin' });

const logIn = (options: RequestOptions) => send(server, '/api/auth/login', { method: 'POST', ...options });
const MEMBER = { email: member.email, password: PASSWORD };

const setRole = ({ id }: Person, role: Role) => db().user.update({ where: { id }, data: { role } });

type Listed = { id: string; current: boolean; kind: string; lastSeenAt: string; createdAt: string };
const list = async (cookies: Cookies): Promise<Listed[]> => {
  const answer = await send(server, '/api/auth/sessions', { cookies });
  return (answer.json() as { sessions: Listed[] }).sessions;
};

describe('signing in', () => {
  it('answers with the user and the end of the access token', async () => {
    const answer = await logIn({ json: MEMBER });
    expect(answer.json()).toEqual({
      user: { id: expect.stringMatching(/^[\w-]{22}$/), email: MEMBER.email, name: expect.any(String), role: 'member' },
      accessTokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const cookies = answer.setCookieLines;
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=lax/i);
    expect(cookies.filter((cookie) => /access|refresh/.test(cookie) && /max-age/i.test(cookie))).toEqual([]);
  });

  it('keeps the cookies beyond the browser only when asked to', async () => {
    const answer = await logIn({ json: { ...MEMBER, remember: true } });
    const refresh = answer.setCookieLines.find((cookie) => cookie.startsWith(COOKIE.refresh));
    const seconds = Number(/max-age=(\d+)/i.exec(refresh ?? '')?.[1]);
    expect(seconds).toBeGreaterThan(7 * 86_400 - 60);
    expect(seconds).toBeLessThanOrEqual(7 * 86_400);
  });

  it('gives one answer to a wrong password and to an unknown address', async () => {
    const wrong = await logIn({
      json: { email: admin.email, password: 'not the password at all' },
    });
    const unknown = await logIn({
      json: { email: 'nobody@example.test', password: 'whatever it is' },
    });
    expect([wrong.status, wrong.text]).toEqual([unknown.status, unknown.text]);
    expect(wrong.status).toBe(401);
  });

  it('by a form leads to where somebody wanted to go, and never to another site', async () => {
    const go = async (next: string) => (await logIn({ form: { ...MEMBER, next } })).headers.location;
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
    const refused = await logIn({
      form: { email: 'x@example.test', password: 'no', next: '/account' },
    });
    expect([refused.status, refused.headers.location]).toEqual([
      303,
      '/login?error=invalid_credentials&next=%2Faccount',
    ]);
  });
});

describe('the session list', () => {
  it('shows this session first, rounds when it was seen, and never how often it rotated', async () => {
    const cookies = await signIn(server, member);
    await send(server, '/api/auth/refresh', { method: 'POST', cookies });
    const [first, ...others] = await list(cookies);
    expect(first?.current).toBe(true);
    expect(others.every(({ current }) => !current)).toBe(true);
    expect(Object.keys(first ?? {})).not.toContain('counter');
    const seen = new Date(first?.lastSeenAt ?? '').getTime();
    expect(seen % 300_000 === 0 || first?.lastSeenAt === first?.createdAt).toBe(true);
  });
});

describe('a session among others of the same browser and system', () => {
  const rename = (cookies: Cookies, id: string, name: unknown, options: RequestOptions = {}) =>
    send(server, `/api/auth/sessions/${id}`, { method: 'PATCH', cookies, json: { name }, ...options });
  const named = async (cookies: Cookies, id: string) =>
    ((await list(cookies)) as (Listed & { name: string | null })[]).find((one) => one.id === id)?.name;

  it('is told apart by network, by when it began, by how its person proved who they are, and where it is bound', async () => {
    const session = await prepareSession(undefined, true, ['pwd', 'otp', 'mfa']);
    const data = { ip: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1::/48' };
    const { createdAt, authenticatedAt } = await db().session.update({ where: { id: session.id }, data });
    expect(await list(session.cookies)).toMatchObject([
      {
        ip: data.ip,
        network: '2001:db8:1:2::/64',
        boundTo: data.network,
        amr: ['pwd', 'otp', 'mfa'],
        authTime: authenticatedAt.toISOString(),
        createdAt: createdAt.toISOString(),
        name: null,
      },
    ]);
  });

  it('has the name that its owner gives it, and keeps it when it gives way to its successor', async () => {
    const session = await prepareSession(await createPerson({ hasPassword: true }));
    const answer = await rename(session.cookies, session.id, '  Kitchen tablet ');
    expect([answer.status, answer.json()]).toEqual([200, { session: { id: session.id, name: 'Kitchen tablet' } }]);
    await ageProof(session.id);
    const stepped = await stepUp(server, session.cookies, PASSWORD);
    const { id } = (await list(stepped.cookies)).find(({ current }) => current) ?? { id: '' };
    expect(id).not.toBe(session.id);
    expect(await named(stepped.cookies, id)).toBe('Kitchen tablet');
    expect((await rename(stepped.cookies, id, '')).status).toBe(200);
    expect(await named(stepped.cookies, id)).toBeNull();
  });

  it('is named by nobody else, by no program, and not once it is over', async () => {
    const [mine, theirs] = [await prepareSession(member), await prepareSession()];
    const ended = await prepareSession(member);
    await db().session.update({ where: { id: ended.id }, data: { endedAt: new Date() } });
    for (const id of [theirs.id, ended.id, 'A'.repeat(22), 'x', '%00']) {
      expect(problemOf(await rename(mine.cookies, id, 'Mine')), id).toBe('404 not_found');
    }
    const { tokens } = await signInProgram(server, member);
    const headers = bearer(tokens.access_token).headers;
    expect(problemOf(await rename({}, mine.id, 'Mine', { headers }))).toBe('403 forbidden');
    for (const name of ['x'.repeat(81), '\u202e', 7, undefined]) {
      expect(problemOf(await rename(mine.cookies, mine.id, name))).toBe('422 validation_failed');
    }
    expect(await named(theirs.cookies, theirs.id)).toBeNull();
  });
});

describe('an admin page', () => {
  it('is there for an admin and is no page for a member, by the database and not by the token', async () => {
    const [admins, members] = [await signIn(server, admin), await signIn(server, member)];
    const seen = async (cookies: Cookies) => (await send(server, '/admin/users', { cookies })).status;
    expect([await seen(admins), await seen(members)]).toEqual([200, 404]);
    // The tokens still say what they said.
    await setRole(admin, 'member');
    await setRole(member, 'admin');
    expect([await seen(admins), await seen(members)]).toEqual([404, 200]);
    await setRole(admin, 'admin');
    await setRole(member, 'member');
  });
});
