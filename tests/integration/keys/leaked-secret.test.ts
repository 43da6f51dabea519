import { expect, it } from 'vitest';
import { importRootSecrets, parseAuthSecret } from '@/lib/core/keys/auth-secret';
import { mintRefreshToken, readRefreshToken, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { only, post, problemCode, REFRESH, signIn } from '@/tests/support/http-client';
import { useApp } from '@/tests/support/running-app';
import { TEST_AUTH_SECRET } from '@/tests/support/server/environment';

const app = useApp();

async function leakedKeys() {
  const parsed = parseAuthSecret(TEST_AUTH_SECRET);
  if (!parsed.ok) throw new Error(parsed.code);
  return refreshMacKeys(await importRootSecrets(parsed.value));
}

it('a token forged with the true AUTH_SECRET, session id and counter, but without its secret, is refused and ends nothing', async () => {
  const jar = await signIn(app.server);
  const keys = await leakedKeys();
  const genuine = await readRefreshToken(jar[REFRESH] ?? '', keys);
  if (!genuine.ok) throw new Error(genuine.code);
  for (const counter of [genuine.value.counter, genuine.value.counter + 1, genuine.value.counter + 1_000]) {
    const forged = await mintRefreshToken({ ...genuine.value, counter, secret: new Uint8Array(16) }, keys);
    const refused = await post(app.server, '/api/auth/refresh', { jar: { [REFRESH]: forged } });
    expect(refused.status).toBe(401);
    expect(await problemCode(refused)).toBe('session_ended');
    expect((await post(app.server, '/api/auth/logout', { jar: { [REFRESH]: forged } })).status).toBe(204);
    await post(app.server, '/api/auth/login', {
      jar: { [REFRESH]: forged },
      json: { email: 'a@b.test', password: 'x' },
    });
  }
  expect((await post(app.server, '/api/auth/refresh', { jar: only(jar, REFRESH) })).status).toBe(200);
});

it('a token with the right secret and a counter that the database lost is taken, once, and audited', async () => {
  const jar = await signIn(app.server);
  const keys = await leakedKeys();
  const genuine = await readRefreshToken(jar[REFRESH] ?? '', keys);
  if (!genuine.ok) throw new Error(genuine.code);
  const ahead = await mintRefreshToken({ ...genuine.value, counter: 7 }, keys);
  const adopted = await post(app.server, '/api/auth/refresh', { jar: { [REFRESH]: ahead } });
  expect(adopted.status).toBe(200);
});
