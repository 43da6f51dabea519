import { expect, it } from 'vitest';
import { useDatabase } from '@/tests/support/database/use-database';
import { forgeRefreshToken } from '@/tests/support/forged-tokens';
import { problemOf } from '@/tests/support/http/problems';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import { auditTypes, COOKIE, createPerson, PASSWORD, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const thief = await createPerson({ hasPassword: true });

const post = (path: string, options: RequestOptions) => send(server, path, { method: 'POST', ...options });

const refresh = (token: string) => post('/api/auth/refresh', { cookies: { [COOKIE.refresh]: token } });

// Promise: `AUTH_SECRET` alone opens no session, and ends none
it('a token forged with the true AUTH_SECRET, session id and counter, but without its secret, is refused and ends nothing', async () => {
  const { id, refreshToken } = await prepareSession();
  for (const counter of [0, 1, 1_000]) {
    const forged = await forgeRefreshToken(refreshToken, { counter, secret: new Uint8Array(16) });
    expect(problemOf(await refresh(forged))).toBe('401 session_ended');
    const cookies = { [COOKIE.refresh]: forged };
    expect((await post('/api/auth/logout', { cookies })).status).toBe(204);
    const wrong = { email: thief.email, password: 'x' };
    expect(problemOf(await post('/api/auth/login', { cookies, json: wrong }))).toBe('401 invalid_credentials');
    // A sign-in that succeeds ends the session that was brought along, if it is the visitor's.
    const right = { email: thief.email, password: PASSWORD };
    expect((await post('/api/auth/login', { cookies, json: right })).status).toBe(200);
    expect((await send(server, '/dashboard', { cookies })).status).toBe(303);
  }
  expect(await sessionRow(id)).toMatchObject({ endedAt: null, counter: 0n });
  expect(await auditTypes(id)).toEqual(['signed_in']);
  expect((await refresh(refreshToken)).status).toBe(200);
});

it('a token with the right secret and a counter that the database lost is taken, once, and audited', async () => {
  const { id, refreshToken } = await prepareSession();
  const ahead = await forgeRefreshToken(refreshToken, { counter: 7 });
  const adopted = await refresh(ahead);
  expect(adopted.status).toBe(200);
  expect((await sessionRow(id)).counter).toBe(8n);
  const again = await refresh(ahead);
  expect([again.status, again.cookies[COOKIE.refresh]]).toEqual([200, adopted.cookies[COOKIE.refresh]]);
  expect((await sessionRow(id)).counter).toBe(8n);
  expect(await auditTypes(id)).toEqual(['signed_in', 'refresh_ahead']);
});
