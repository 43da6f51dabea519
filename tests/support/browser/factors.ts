import { type APIRequestContext, expect } from '@playwright/test';
import { codeOf } from '@/tests/support/app-codes';
import { sql } from '@/tests/support/database/sql';

/** What somebody has who set up an authenticator app: its key in base32, the code that turned it on, and recovery codes. */
export type App = { readonly key: string; readonly used: string; readonly codes: readonly string[] };

/** Sets up an authenticator app as a program would, for whoever the cookie jar of `request` just signed in. */
export async function setUpApp(request: APIRequestContext, origin: string): Promise<App> {
  const headers = { origin };
  const offered = await request.post(`${origin}/api/account/totp`, { headers });
  expect(offered.status()).toBe(200);
  const { ceremony, secret: key } = await offered.json();
  const used = codeOf(key);
  const data = { ceremony, code: used };
  const done = await request.post(`${origin}/api/account/totp/confirm`, { headers, data });
  expect(done.status()).toBe(200);
  return { key, used, codes: (await done.json()).recoveryCodes };
}

/** Lets the codes of now be taken, whichever was the last: what waiting for half a minute would do. */
export async function forgetLastCode(databaseUrl: string, email: string): Promise<void> {
  await sql(databaseUrl, 'UPDATE "Totp" SET "lastStep" = 0 WHERE "userId" = (SELECT id FROM "User" WHERE email = $1)', [
    email,
  ]);
}
