import { afterAll, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { runCommand } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { createProtected } from '@/tests/support/factors';
import { askForReset, mailedReset, setNewPassword } from '@/tests/support/http/mail-links';
import { problemOf } from '@/tests/support/http/problems';
import { SITE, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, type Person, prepareSession } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { startServer, type TestServer } from '@/tests/support/server/server';

const { url } = await useDatabase();
const NEW_SECRET = 'YS1zZWNyZXQtYWZ0ZXItdGhlLW9sZC1vbmUtaXMtbG9zdA';
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';
let server: TestServer | null = null;
afterAll(() => server?.kill());

it('every entry of AUTH_SECRET is lost: people come back by a mailed link, and with a recovery code where one is asked for', async () => {
  const plain = await createPerson({ hasPassword: true });
  const guarded = await createProtected();
  const session = await prepareSession(plain);

  const env = { ...testEnvironment(url), AUTH_SECRET: NEW_SECRET };
  await expect(startServer({ databaseUrl: url, env: { AUTH_SECRET: NEW_SECRET } })).rejects.toThrow(
    /no keys that AUTH_SECRET opens/,
  );
  await db().$executeRaw`DELETE FROM "Key"`;
  await db().$disconnect();
  await runCommand('lib/server/cli/migrate.ts', env);
  const args = ['--lost-since', new Date().toISOString(), '--all'];
  expect(await runCommand('lib/server/cli/restored.ts', env, args)).toContain(
    '1 session was ended, all that there were.',
  );

  const running = await startServer({ databaseUrl: url, env: { APP_ORIGIN: SITE, AUTH_SECRET: NEW_SECRET } });
  server = running;
  const renewed = await send(running, '/api/auth/refresh', { method: 'POST', cookies: session.refreshOnly });
  expect(renewed.status).toBe(401);
  const logIn = ({ email }: Person, password: string) =>
    send(running, '/api/auth/login', { method: 'POST', json: { email, password } });
  expect(problemOf(await logIn(plain, PASSWORD))).toBe('401 invalid_credentials');

  for (const { email } of [plain, guarded]) {
    await askForReset(running, email);
    const { token } = await mailedReset(running, email);
    expect((await setNewPassword(running, token, NEW_PASSWORD)).status).toBe(204);
  }
  expect((await logIn(plain, NEW_PASSWORD)).status).toBe(200);
  const due = await logIn(guarded, NEW_PASSWORD);
  expect(due.json()).toMatchObject({ status: 'mfa_required' });
  const json = { code: guarded.codes[0] };
  const finished = await send(running, '/api/auth/login/mfa', { method: 'POST', json, cookies: due.cookies });
  expect(finished.status, finished.text).toBe(200);
});
