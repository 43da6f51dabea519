import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Role } from '@/lib/core/token/claims';
import { db } from '@/lib/server/database/client';
import { useServerWithoutMiddleware } from '@/tests/support/copy/guards-alone';
import { useDatabase } from '@/tests/support/database/use-database';
import { filledIn, formOf } from '@/tests/support/http/action-forms';
import { problemOf } from '@/tests/support/http/problems';
import { bearer } from '@/tests/support/http/programs';
import { type Answer, send } from '@/tests/support/http/requests';
import { type Cookies, createPerson, type PreparedSession, prepareSession, sessionRow } from '@/tests/support/people';
import { REPOSITORY } from '@/tests/support/server/environment';

const { url: databaseUrl } = await useDatabase();
/** Nothing stands in front of its pages, handlers and actions. */
const bare = await useServerWithoutMiddleware(databaseUrl);

/** Every other page is behind the door: a new one that forgets to ask who is there fails here. */
const OPEN_TO_ALL = [
  '/problems/[code]',
  '/',
  '/login',
  '/login/mfa',
  '/register',
  '/verify-email',
  '/forgot-password',
  '/reset-password',
  '/undo',
  '/reload',
  '/dev/mail',
];
/** What stands for every address below a folder that is no page. */
const ANY_OTHER = '/[...nothing]';

/** The paths of all pages, as their folders below `app` spell them. */
async function allPages(): Promise<string[]> {
  const files = await readdir(path.join(REPOSITORY, 'app'), { recursive: true });
  return files
    .filter((file) => path.basename(file) === 'page.tsx')
    .map((file) => `/${path.dirname(file)}`.replaceAll(path.sep, '/'))
    .map((folder) => folder.replaceAll(/\/\([^)]+\)/g, '').replace(/^\/\.$/, '/') || '/')
    .sort();
}

const closed = (await allPages()).filter((page) => !OPEN_TO_ALL.includes(page));
/** Whose page an admin opens. */
const somebody = await createPerson();
const guarded = closed.filter((page) => !page.endsWith(ANY_OTHER)).map((page) => page.replace('[id]', somebody.id));
const adminPages = guarded.filter((page) => page.startsWith('/admin'));
const memberPages = guarded.filter((page) => !page.startsWith('/admin'));

const SESSIONS = '/account/sessions';
const ask = (page: string, cookies: Cookies = {}) => send(bare, page, { cookies });
const locationOf = ({ headers }: Answer) => headers.location?.replace(/^http:\/\/[^/]+/, '');
const setRole = (id: string, role: Role) => db().user.update({ where: { id }, data: { role } });
const disable = (id: string) => db().user.update({ where: { id }, data: { disabledAt: new Date() } });
const nameOf = async (id: string) => (await db().user.findUniqueOrThrow({ where: { id } })).name;

const nameForm = ({ cookies }: PreparedSession) => formOf(bare, '/account', { cookies }, 'name="name"');
const rename = async (fields: Record<string, string>, cookies: Cookies) =>
  send(bare, '/account', { ...filledIn(fields), cookies });

describe('without any middleware', () => {
  it('the pages are those that there are', () => {
    expect(memberPages).toEqual(expect.arrayContaining(['/account', SESSIONS, '/dashboard']));
    expect(adminPages).toEqual(expect.arrayContaining(['/admin', '/admin/keys', '/admin/users']));
    expect(OPEN_TO_ALL.every((page) => !guarded.includes(page))).toBe(true);
  });

  it.each(guarded)('%s leads a guest to the login page, and so it does with a token as Bearer', async (page) => {
    const { accessToken } = await prepareSession(await createPerson({ role: 'admin' }));
    for (const headers of [{}, bearer(accessToken).headers]) {
      const answer = await send(bare, page, { headers });
      // The middleware's redirect would be a 303.
      expect([answer.status, locationOf(answer)]).toEqual([307, `/login?next=${encodeURIComponent(page)}`]);
    }
  });

  it.each(guarded)(
    '%s leads those to the login page whose session has ended, or whose token is forged',
    async (page) => {
      const { id, person, accessOnly, accessToken } = await prepareSession(await createPerson({ role: 'admin' }));
      const forged = { [Object.keys(accessOnly)[0] ?? '']: `${accessToken.slice(0, -8)}AAAAAAAA` };
      expect((await ask(page, forged)).status).toBe(307);
      const other = await prepareSession(person);
      await send(bare, '/api/auth/sessions', { method: 'DELETE', cookies: other.accessOnly });
      expect((await sessionRow(id)).endedAt).not.toBeNull();
      expect((await ask(page, accessOnly)).status).toBe(307);
    },
  );

  it('an address that is no page tells a guest nothing either, and is a 404 for everybody else', async () => {
    const folders = closed.filter((page) => page.endsWith(ANY_OTHER)).map((page) => page.slice(0, -ANY_OTHER.length));
    expect(folders).toEqual(['/account', '/admin', '/dashboard']);
    const admin = await prepareSession(await createPerson({ role: 'admin' }));
    for (const folder of folders) {
      const page = `${folder}/no/such-page`;
      const asked = await ask(page);
      expect([asked.status, locationOf(asked)]).toEqual([307, `/login?next=${encodeURIComponent(folder)}`]);
      expect((await ask(page, admin.accessOnly)).status, page).toBe(404);
    }
  });

  it('members see the pages of members and none of admins’, admins see both', async () => {
    const member = await prepareSession();
    const admin = await prepareSession(await createPerson({ role: 'admin' }));
    for (const page of memberPages) expect((await ask(page, member.accessOnly)).status, page).toBe(200);
    for (const page of adminPages) expect((await ask(page, member.accessOnly)).status, page).toBe(404);
    for (const page of guarded.filter((one) => one !== '/admin')) {
      expect((await ask(page, admin.accessOnly)).status, page).toBe(200);
    }
  });

  it.each(['/api/me', '/api/auth/session', '/api/auth/sessions'])('%s is a 401 for a guest', async (route) => {
    expect(problemOf(await send(bare, route))).toBe('401 unauthenticated');
  });

  it('another site can cause no change', async () => {
    const { id, cookies } = await prepareSession();
    const headers = { origin: 'https://evil.example' };
    for (const [method, route] of [
      ['POST', '/api/auth/logout'],
      ['DELETE', '/api/auth/sessions'],
    ] as const) {
      expect(problemOf(await send(bare, route, { method, cookies, headers }))).toBe('403 origin_refused');
    }
    expect((await sessionRow(id)).endedAt).toBeNull();
  });
});

describe('who somebody is, is what the database says', () => {
  it('an admin who was made a member is none at once, whatever their token says', async () => {
    const { accessOnly, person } = await prepareSession(await createPerson({ role: 'admin' }));
    await setRole(person.id, 'member');
    for (const page of adminPages) expect((await ask(page, accessOnly)).status, page).toBe(404);
    expect((await ask('/api/me', accessOnly)).json()).toMatchObject({ user: { role: 'member' } });
  });

  it('a member who was made an admin is one at once', async () => {
    const { accessOnly, person } = await prepareSession();
    await setRole(person.id, 'admin');
    expect((await ask('/admin/users', accessOnly)).status).toBe(200);
    expect((await ask('/api/me', accessOnly)).json()).toMatchObject({ user: { role: 'admin' } });
  });

  it.each(['disabled', 'gone'])(
    'somebody who is %s is nobody: no page, no API, no action, no refresh',
    async (what) => {
      const session = await prepareSession(await createPerson({ role: 'admin', name: 'Before' }));
      const { accessOnly, refreshOnly, person } = session;
      const form = await nameForm(session);
      if (what === 'disabled') await disable(person.id);
      else await db().user.delete({ where: { id: person.id } });
      for (const page of guarded) expect((await ask(page, accessOnly)).status, page).toBe(307);
      expect(problemOf(await ask('/api/me', accessOnly))).toBe('401 unauthenticated');
      const acted = await rename({ ...form, name: 'After' }, accessOnly);
      expect([acted.status, locationOf(acted)]).toEqual([303, '/login?next=%2Faccount']);
      if (what === 'disabled') expect(await nameOf(person.id)).toBe('Before');
      const refreshed = await send(bare, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly });
      expect(problemOf(refreshed)).toBe('401 session_ended');
    },
  );
});

describe('server actions', () => {
  it('do nothing for a guest, nor with a token as Bearer', async () => {
    const session = await prepareSession(await createPerson({ name: 'Before' }));
    const other = await prepareSession(session.person);
    const headers = bearer(session.accessToken).headers;
    const renaming = filledIn({ ...(await nameForm(session)), name: 'After' });
    const ending = filledIn(await formOf(bare, SESSIONS, { cookies: session.cookies }, other.id));
    const endingOthers = filledIn(await formOf(bare, SESSIONS, { cookies: session.cookies }, 'End all other sessions'));
    const forms = [
      ['/account', renaming],
      [SESSIONS, ending],
      [SESSIONS, endingOthers],
    ] as const;
    for (const [page, form] of forms) {
      for (const more of [{}, headers]) {
        const acted = await send(bare, page, { ...form, headers: { ...form.headers, ...more } });
        expect([acted.status, locationOf(acted)]).toEqual([303, `/login?next=${encodeURIComponent(page)}`]);
      }
    }
    expect(await nameOf(session.person.id)).toBe('Before');
    for (const { id } of [session, other]) expect((await sessionRow(id)).endedAt).toBeNull();
  });

  it('end no session of another person, whatever id the form names', async () => {
    const [mine, foreign] = [await prepareSession(), await prepareSession()];
    const other = await prepareSession(mine.person);
    const form = await formOf(bare, SESSIONS, { cookies: mine.cookies }, other.id);
    const end = (sessionId: string) =>
      send(bare, SESSIONS, { ...filledIn({ ...form, sessionId }), cookies: mine.cookies });
    for (const sessionId of [foreign.id, 'A'.repeat(22), '', `${other.id}\u0000`]) {
      expect(locationOf(await end(sessionId))).toBe(`${SESSIONS}?done=gone`);
    }
    for (const { id } of [mine, other, foreign]) expect((await sessionRow(id)).endedAt).toBeNull();
    expect(locationOf(await end(other.id))).toBe(`${SESSIONS}?done=one`);
    expect(await sessionRow(other.id)).toMatchObject({ endReason: 'ended_by_owner' });
  });

  it('rename the person who asks, and change nothing else of them, whatever the form names', async () => {
    const session = await prepareSession(await createPerson({ name: 'Before' }));
    const victim = await createPerson({ name: 'Victim' });
    const form = await nameForm(session);
    const before = await db().user.findUniqueOrThrow({ where: { id: session.person.id } });
    const foreign = { id: victim.id, userId: victim.id, email: victim.email, role: 'admin', disabledAt: '2026-01-01' };
    const saved = await rename({ ...form, ...foreign, name: 'After' }, session.cookies);
    expect(saved.status).toBe(200);
    expect(await nameOf(victim.id)).toBe('Victim');
    const after = await db().user.findUniqueOrThrow({ where: { id: session.person.id } });
    expect(after).toEqual({ ...before, name: 'After' });
  });
});
