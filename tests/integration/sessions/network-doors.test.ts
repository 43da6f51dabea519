import { describe, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { startSession } from '@/lib/server/sessions/start';
import { useDatabase } from '@/tests/support/database/use-database';
import { filledIn, formOf } from '@/tests/support/http/action-forms';
import { mailedCode } from '@/tests/support/http/mailbox';
import { ask, bearer, refreshProgram } from '@/tests/support/http/programs';
import { type Answer, type RequestOptions, send } from '@/tests/support/http/requests';
import {
  auditTypes,
  COOKIE,
  type Cookies,
  createPerson,
  PASSWORD,
  type Person,
  sessionRow,
} from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const BILLING = 'https://billing.handstamp.test';
const BINDING = { SESSION_NETWORK_BINDING: 'prefix', TRUSTED_PROXY_HOPS: '1' };

const { url: databaseUrl } = await useDatabase();
// Sessions that this process begins are bound as the server's are.
Object.assign(process.env, BINDING);
const server = await useServer({ databaseUrl, env: { ...BINDING, TOKEN_AUDIENCES: BILLING } });

const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.7';
const HIDDEN = 'not an address';

/** A session at home, with everything that a thief may have copied. */
type Owned = {
  readonly sid: string;
  readonly owner: Person;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly access: Cookies;
  readonly refresh: Cookies;
};

type Kind = { readonly kind: 'browser' | 'api'; readonly audience?: string };

async function beginAtHome(owner: Person, { kind, audience }: Kind = { kind: 'browser' }): Promise<Owned> {
  const facts = { userAgent: null, device: null, ip: HOME };
  const aud = audience === undefined ? {} : { audience };
  const start = { userId: owner.id, kind, remember: true, amr: ['pwd'], facts, broughtRefreshToken: null, ...aud };
  const tokens = await startSession(start);
  if (tokens === null) throw new Error('The person is gone');
  const { accessToken, refreshToken, claims } = tokens;
  expect(claims.net).toBeDefined();
  const access = { [COOKIE.access]: accessToken };
  const refresh = { [COOKIE.refresh]: refreshToken };
  return { sid: claims.sid, owner, accessToken, refreshToken, access, refresh };
}

/** Asks from an address. */
type From = (path: string, options?: RequestOptions) => Promise<Answer>;
const from =
  (address: string): From =>
  (path, options = {}) =>
    send(server, path, { ...options, headers: { ...options.headers, 'x-forwarded-for': address } });

const thief = await createPerson({ hasPassword: true });
let signUps = 0;

async function signUpWith(brought: Cookies, go: From): Promise<Answer> {
  signUps += 1;
  const email = `thief-${signUps}@people.test`;
  const json = { email, password: 'brown-herons-wait-under-the-bridge' };
  const { cookies } = await go('/api/auth/register', { method: 'POST', json });
  const code = await mailedCode(server, email);
  const pending = { [COOKIE.pending]: cookies[COOKIE.pending] ?? '' };
  return go('/api/auth/verify-email', { method: 'POST', json: { code }, cookies: { ...pending, ...brought } });
}

type Door = {
  readonly name: string;
  readonly session?: Kind;
  readonly open: (owned: Owned, go: From, other: Owned) => Promise<Answer>;
  /** What it answers from home, and from elsewhere, where it must end nothing. */
  readonly home: number;
  readonly elsewhere: number;
  /** Why the session ended when it was done at home. `other`: of another session of the owner, which the door is about. */
  readonly ends: string;
  readonly isAboutOther?: true;
  /** The request is refused before it comes to a session's row. */
  readonly isUnseen?: true;
};

const post = { method: 'POST' } as const;
const SESSIONS = '/account/sessions';

const DOORS: readonly Door[] = [
  {
    name: 'sign-out with the refresh cookie',
    open: ({ refresh }, go) => go('/api/auth/logout', { ...post, cookies: refresh }),
    ...{ home: 204, elsewhere: 204, ends: 'signed_out' },
  },
  {
    name: 'sign-out with the access cookie',
    open: ({ access }, go) => go('/api/auth/logout', { ...post, cookies: access }),
    ...{ home: 204, elsewhere: 204, ends: 'signed_out' },
  },
  {
    name: 'sign-out with both, by a form',
    open: ({ access, refresh }, go) =>
      go('/api/auth/logout', { ...post, form: {}, cookies: { ...access, ...refresh } }),
    ...{ home: 303, elsewhere: 303, ends: 'signed_out' },
  },
  {
    name: 'sign-out with a Bearer token',
    session: { kind: 'api' },
    open: ({ accessToken }, go) => go('/api/auth/logout', { ...post, ...bearer(accessToken) }),
    ...{ home: 204, elsewhere: 204, ends: 'signed_out' },
  },
  {
    name: 'revocation of a browser’s refresh token',
    open: ({ refreshToken }, go) => go('/api/oauth/revoke', { ...post, form: { token: refreshToken } }),
    ...{ home: 200, elsewhere: 200, ends: 'signed_out' },
  },
  {
    name: 'revocation of a program’s refresh token',
    session: { kind: 'api' },
    open: ({ refreshToken }, go) => go('/api/oauth/revoke', { ...post, form: { token: `hs_rt_${refreshToken}` } }),
    ...{ home: 200, elsewhere: 200, ends: 'signed_out' },
  },
  {
    name: 'revocation of an access token',
    open: ({ accessToken }, go) => go('/api/oauth/revoke', { ...post, form: { token: accessToken } }),
    ...{ home: 200, elsewhere: 200, ends: 'signed_out' },
  },
  {
    name: 'revocation of an access token for another service',
    session: { kind: 'api', audience: BILLING },
    open: ({ accessToken }, go) => go('/api/oauth/revoke', { ...post, form: { token: accessToken } }),
    ...{ home: 200, elsewhere: 200, ends: 'signed_out' },
  },
  {
    name: 'a login to another account over the refresh cookie',
    open: ({ refresh }, go) =>
      go('/api/auth/login', { ...post, json: { email: thief.email, password: PASSWORD }, cookies: refresh }),
    ...{ home: 200, elsewhere: 200, ends: 'superseded' },
  },
  {
    name: 'a sign-up over the refresh cookie',
    open: ({ refresh }, go) => signUpWith(refresh, go),
    ...{ home: 200, elsewhere: 200, ends: 'superseded' },
  },
  {
    name: 'the API that ends one session',
    open: ({ access }, go, other) => go(`/api/auth/sessions/${other.sid}`, { method: 'DELETE', cookies: access }),
    ...{ home: 204, elsewhere: 401, ends: 'ended_by_owner', isAboutOther: true, isUnseen: true },
  },
  {
    name: 'the API that ends the asking session itself',
    open: ({ access, sid }, go) => go(`/api/auth/sessions/${sid}`, { method: 'DELETE', cookies: access }),
    ...{ home: 204, elsewhere: 401, ends: 'ended_by_owner', isUnseen: true },
  },
  {
    name: 'the API that ends all others, with a Bearer token',
    open: ({ accessToken }, go) => go('/api/auth/sessions', { method: 'DELETE', ...bearer(accessToken) }),
    ...{ home: 204, elsewhere: 401, ends: 'ended_by_owner', isAboutOther: true, isUnseen: true },
  },
  {
    name: 'the button that ends one session',
    open: async ({ access }, go, other) => {
      const form = await formOf(server, SESSIONS, { cookies: access, headers: { 'x-forwarded-for': HOME } }, other.sid);
      return go(SESSIONS, { ...filledIn({ ...form, sessionId: other.sid }), cookies: access });
    },
    ...{ home: 303, elsewhere: 303, ends: 'ended_by_owner', isAboutOther: true, isUnseen: true },
  },
  {
    name: 'the button that ends all others',
    open: async ({ access }, go) => {
      const headers = { 'x-forwarded-for': HOME };
      const form = await formOf(server, SESSIONS, { cookies: access, headers }, 'End all other sessions');
      return go(SESSIONS, { ...filledIn(form), cookies: access });
    },
    ...{ home: 303, elsewhere: 303, ends: 'ended_by_owner', isAboutOther: true, isUnseen: true },
  },
  {
    name: 'an old refresh token at the endpoint',
    open: async (owned, go) => {
      await outdate(owned);
      return go('/api/auth/refresh', { ...post, cookies: owned.refresh });
    },
    ...{ home: 401, elsewhere: 401, ends: 'reuse_detected' },
  },
  {
    name: 'an old refresh token on a page',
    open: async (owned, go) => {
      await outdate(owned);
      return go('/dashboard', { cookies: owned.refresh });
    },
    ...{ home: 303, elsewhere: 303, ends: 'reuse_detected' },
  },
  {
    name: 'an old refresh token of a program',
    session: { kind: 'api' },
    open: async (owned, go) => {
      await outdate(owned);
      return go('/api/auth/token/refresh', { ...post, form: { refresh_token: `hs_rt_${owned.refreshToken}` } });
    },
    ...{ home: 400, elsewhere: 400, ends: 'reuse_detected' },
  },
];

/** Makes its refresh token one that was replaced long ago. */
const outdate = ({ sid }: Owned) =>
  db().session.update({ where: { id: sid }, data: { counter: 5, rotatedAt: new Date(0) } });

describe.each(DOORS)('with SESSION_NETWORK_BINDING=prefix, $name', (door) => {
  it.each([ELSEWHERE, HIDDEN])('ends nothing from %s, says no more than ever, and is audited once', async (address) => {
    const owner = await createPerson();
    const [owned, other] = [await beginAtHome(owner, door.session), await beginAtHome(owner)];
    const answer = await door.open(owned, from(address), other);
    expect(answer.status, answer.text).toBe(door.elsewhere);
    if (door.name.startsWith('sign-out')) expect(answer.cookies).toEqual({ [COOKIE.access]: '', [COOKIE.refresh]: '' });
    expect(answer.text).not.toMatch(/network|bound/i);
    await door.open(owned, from(address), other).catch(() => null);
    for (const { sid } of [owned, other]) expect((await sessionRow(sid)).endedAt).toBeNull();
    const refusals = (await auditTypes(owned.sid)).filter((type) => type === 'network_refused');
    expect(refusals).toHaveLength(door.isUnseen ? 0 : 1);
    expect(await auditTypes(other.sid)).toEqual(['signed_in']);
    const session = door.session?.audience === undefined ? bearer(owned.accessToken) : bearer(other.accessToken);
    expect((await from(HOME)('/api/auth/session', session)).status).toBe(200);
  });

  it('works at home', async () => {
    const owner = await createPerson();
    const [owned, other] = [await beginAtHome(owner, door.session), await beginAtHome(owner)];
    const answer = await door.open(owned, from(HOME), other);
    expect(answer.status, answer.text).toBe(door.home);
    const ended = door.isAboutOther ? other : owned;
    expect(await sessionRow(ended.sid)).toMatchObject({ endReason: door.ends });
    expect(await auditTypes(owned.sid)).not.toContain('network_refused');
  });
});

describe('a token from before its session was bound', () => {
  /** Such a token names no network, and lives on for its five minutes. */
  async function boundLater(): Promise<Owned> {
    const owned = await beginAtHome(await createPerson());
    await db().session.update({ where: { id: owned.sid }, data: { network: null } });
    const unbound = await from(HOME)('/api/auth/refresh', { ...post, cookies: owned.refresh });
    await db().session.update({ where: { id: owned.sid }, data: { network: null } });
    const refresh = { [COOKIE.refresh]: unbound.cookies[COOKIE.refresh] ?? '' };
    const converged = await from(HOME)('/api/auth/refresh', { ...post, cookies: refresh });
    await db().session.update({ where: { id: owned.sid }, data: { network: '203.0.113.0/24' } });
    const accessToken = converged.cookies[COOKIE.access] ?? '';
    return { ...owned, accessToken, access: { [COOKIE.access]: accessToken }, refresh };
  }

  it('ends nothing from elsewhere either, not by any list and not by sign-out', async () => {
    const owned = await boundLater();
    const other = await beginAtHome(owned.owner);
    const go = from(ELSEWHERE);
    expect((await go('/api/auth/session', { cookies: owned.access })).status).toBe(200);
    await go('/api/auth/sessions', { method: 'DELETE', cookies: owned.access });
    await go(`/api/auth/sessions/${other.sid}`, { method: 'DELETE', cookies: owned.access });
    await go(`/api/auth/sessions/${owned.sid}`, { method: 'DELETE', cookies: owned.access });
    await go('/api/auth/logout', { ...post, cookies: owned.access });
    await ask(server, '/api/oauth/revoke', { token: owned.accessToken }, { headers: { 'x-forwarded-for': ELSEWHERE } });
    for (const { sid } of [owned, other]) expect((await sessionRow(sid)).endedAt).toBeNull();
    expect((await auditTypes(owned.sid)).filter((type) => type === 'network_refused')).toHaveLength(1);
    expect((await from(HOME)('/api/auth/sessions', { method: 'DELETE', cookies: owned.access })).status).toBe(204);
    expect(await sessionRow(other.sid)).toMatchObject({ endReason: 'ended_by_owner' });
  });
});

describe('a program at home', () => {
  it('refreshes after a thief tried every door with its token', async () => {
    const owned = await beginAtHome(await createPerson(), { kind: 'api' });
    const go = from(ELSEWHERE);
    await go('/api/oauth/revoke', { ...post, form: { token: `hs_rt_${owned.refreshToken}` } });
    await refreshProgram(server, `hs_rt_${owned.refreshToken}`, {}, { headers: { 'x-forwarded-for': ELSEWHERE } });
    const atHome = { headers: { 'x-forwarded-for': HOME } };
    expect((await refreshProgram(server, `hs_rt_${owned.refreshToken}`, {}, atHome)).status).toBe(200);
  });
});
