import { expect, vi } from 'vitest';
import { send, type Target } from '@/tests/support/http/requests';
import { COOKIE, type Cookies, createPerson, prepareSession } from '@/tests/support/people';
import type { Ids } from './protected-routes';

/** Somebody who may not see what they ask for. */
export type Caller = {
  readonly name: 'a guest' | 'forged cookies' | 'an ended session' | 'a member';
  readonly cookies: Cookies;
};

/** An admin with everything that the routes are about, and those who try to get at it. */
export type Cast = {
  readonly ids: Ids;
  /** Cookies of whom all routes are meant for. */
  readonly rightful: Cookies;
  readonly callers: readonly Caller[];
  /** Texts that only the rightful may read. None of them stands in a path or in a cookie that is sent. */
  readonly secrets: readonly string[];
};

const reversed = (text: string): string => [...text].reverse().join('');

/** Makes them in the database of this test file; the ended session is one that all of `servers` know to be over. */
export async function prepareCast(servers: readonly Target[]): Promise<Cast> {
  const [name, email] = ['Wilhelmina Waybarred', 'wilhelmina@waybarred.test'];
  const admin = await createPerson({ name, email, role: 'admin' });
  const rightful = await prepareSession(admin);
  const inPath = await prepareSession(admin);
  const somebody = await createPerson({ name: 'Ottoline Overlooked', email: 'ottoline@overlooked.test' });
  const forged = {
    [COOKIE.access]: withOtherEnd(rightful.accessToken),
    [COOKIE.refresh]: withOtherEnd(rightful.refreshToken),
  };
  const ended = await prepareSession(admin);
  const member = await prepareSession(await createPerson({ name: 'Member', email: 'member@people.test' }));
  await endEverywhere(ended.accessOnly, servers);
  return {
    ids: { users: somebody.id, sessions: inPath.id, passkeys: reversed(inPath.id) },
    rightful: rightful.accessOnly,
    callers: [
      { name: 'a guest', cookies: {} },
      { name: 'forged cookies', cookies: forged },
      { name: 'an ended session', cookies: ended.cookies },
      { name: 'a member', cookies: member.accessOnly },
    ],
    secrets: ['Waybarred', email, admin.id, rightful.id, 'Overlooked', 'ottoline@overlooked.test'],
  };
}

/** A token that was signed by nobody: the last characters of its signature are others. */
const withOtherEnd = (token: string): string =>
  `${token.slice(0, -8)}${token.endsWith('AAAAAAAA') ? 'BBBBBBBA' : 'AAAAAAAA'}`;

async function endEverywhere(cookies: Cookies, servers: readonly Target[]): Promise<void> {
  const [first] = servers;
  if (first === undefined) throw new Error('There is no server to sign out from');
  expect((await send(first, '/api/auth/logout', { method: 'POST', cookies })).status).toBe(204);
  for (const server of servers) {
    const isOver = async () => expect((await send(server, '/api/me', { cookies })).status).toBe(401);
    await vi.waitFor(isOver, { timeout: 20_000, interval: 200 });
  }
}
