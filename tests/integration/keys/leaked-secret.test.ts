import { expect, it } from 'vitest';
import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { mintRefreshToken, readRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { type RequestOptions, send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, only, signIn } from '@/tests/support/people';
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
    await post('/api/auth/login', {
      cookies: { [COOKIE.refresh]: forged },
      json: { email: 'a@b.test', password: 'x' },
    });
  }
  expect((await post('/api/auth/refresh', { cookies: only(cookies, COOKIE.refresh) })).status).toBe(200);
});

it('a token with the right secret and a counter that the database lost is taken, once, and audited', async () => {
  const cookies = await signIn(server, owner);
  const keys = await leakedKeys();
  const genuine = await readRefreshToken(cookies[COOKIE.refresh] ?? '', keys);
  if (!genuine.ok) throw new Error(genuine.code);
  const ahead = await mintRefreshToken({ ...genuine.value, counter: 7 }, keys);
  const adopted = await post('/api/auth/refresh', { cookies: { [COOKIE.refresh]: ahead } });
  expect(adopted.status).toBe(200);
});
