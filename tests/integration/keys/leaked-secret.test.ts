import { expect, it } from 'vitest';
import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { mintRefreshToken, readRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { db } from '@/lib/server/database/client';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { ask } from '@/tests/support/http/programs';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import {
  ageRotation,
  auditTypes,
  COOKIE,
  createPerson,
  only,
  PASSWORD,
  sessionRow,
  signIn,
} from '@/tests/support/people';
import { TEST_AUTH_SECRET } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const { url: databaseUrl } = await useDatabase();
const server = await useServer({ databaseUrl });
const owner = await createPerson({ hasPassword: true });

const post = (path: string, options: RequestOptions) => send(server, path, { method: 'POST', ...options });

async function leakedKeys() {
  const parsed = parseAuthSecret(TEST_AUTH_SECRET);
  if (!parsed.ok) throw new Error(parsed.code);
  return refreshMacKeys(await importRootSecrets(parsed.value));
}

it('a token forged with the true AUTH_SECRET, session id and counter, but without its secret, is refused and ends nothing', async () => {
  const cookies = await signIn(server, owner);
  const keys = await leakedKeys();
  const genuine = await readRefreshToken(cookies[COOKIE.refresh] ?? '', keys);
  if (!genuine.ok) throw new Error(genuine.code);
  for (const counter of [genuine.value.counter, genuine.value.counter + 1, genuine.value.counter + 1_000]) {
    const forged = await mintRefreshToken({ ...genuine.value, counter, secret: new Uint8Array(16) }, keys);
    const refused = await post('/api/auth/refresh', { cookies: { [COOKIE.refresh]: forged } });
    expect(problemOf(refused)).toBe('401 session_ended');
    expect((await post('/api/auth/logout', { cookies: { [COOKIE.refresh]: forged } })).status).toBe(204);
    const stranger = await createPerson({ hasPassword: true });
    const signedIn = await post('/api/auth/login', {
      cookies: { [COOKIE.refresh]: forged },
      json: { email: stranger.email, password: PASSWORD },
    });
    expect(signedIn.status).toBe(200);
    expect((await ask(server, '/api/oauth/revoke', { token: forged })).status).toBe(200);
  }
  const { sessionId } = genuine.value;
  expect(await sessionRow(sessionId)).toMatchObject({ endedAt: null, counter: 0n });
  expect(await auditTypes(sessionId)).toEqual(['signed_in']);
  expect((await post('/api/auth/refresh', { cookies: only(cookies, COOKIE.refresh) })).status).toBe(200);
});

it('a token with the right secret and a counter that the database lost is taken, once, and audited', async () => {
  const cookies = await signIn(server, owner);
  const keys = await leakedKeys();
  const genuine = await readRefreshToken(cookies[COOKIE.refresh] ?? '', keys);
  if (!genuine.ok) throw new Error(genuine.code);
  const ahead = await mintRefreshToken({ ...genuine.value, counter: 7 }, keys);
  const adopt = () => post('/api/auth/refresh', { cookies: { [COOKIE.refresh]: ahead } });
  const adopted = await adopt();
  expect(adopted.status).toBe(200);
  const { sessionId } = genuine.value;
  expect(await sessionRow(sessionId)).toMatchObject({ counter: 8n, endedAt: null });
  expect(await auditTypes(sessionId)).toEqual(['signed_in', 'refresh_ahead']);
  const [event] = await db().auditEvent.findMany({ where: { sessionId, type: 'refresh_ahead' } });
  expect(event?.details).toEqual({ stored: 0, presented: 7 });
  // Within the grace window it is the parent of the current one, and after it a token that was replaced.
  expect((await adopt()).cookies[COOKIE.refresh]).toBe(adopted.cookies[COOKIE.refresh]);
  await ageRotation(sessionId, 3_600);
  expect(problemOf(await adopt())).toBe('401 session_ended');
  expect(await sessionRow(sessionId)).toMatchObject({ endReason: 'reuse_detected' });
  expect((await auditTypes(sessionId)).filter((type) => type === 'refresh_ahead')).toHaveLength(1);
});
