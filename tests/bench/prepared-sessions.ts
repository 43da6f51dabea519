import { hashSessionSecret, mintRefreshToken, newSessionSecret, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { db } from '@/lib/server/database/client';
import { randomBytes } from '@/lib/server/keys/random';
import { rootSecrets } from '@/lib/server/keys/root-secrets';
import { startSession } from '@/lib/server/sessions/start';
import { BROWSER } from '@/tests/support/database/session-rows';
import { sql } from '@/tests/support/database/sql';

/** Sessions that were never renewed, spread over the people of `fillSessions`. Returns their refresh tokens. */
export async function prepareSessions(databaseUrl: string, count: number): Promise<string[]> {
  const keys = await refreshMacKeys(await rootSecrets());
  const made = Array.from({ length: count }, () => ({
    sessionId: Buffer.from(randomBytes(16)).toString('base64url'),
    secret: newSessionSecret(randomBytes),
  }));
  const hashes = await Promise.all(made.map(async ({ secret }) => Buffer.from(await hashSessionSecret(secret))));
  const people = await sql<{ id: string }>(databaseUrl, `SELECT id FROM "User" WHERE email LIKE 'person-%' LIMIT 2000`);
  const owners = made.map((_, at) => people[at % people.length]?.id);
  await sql(
    databaseUrl,
    `INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt",
       remember, amr, "userAgent", device)
     SELECT id, owner, 'browser', hash, 604800, now() + interval '7 days', now() + interval '30 days', true, '{pwd}',
       $4, $5
     FROM unnest($1::text[], $2::text[], $3::bytea[]) AS made(id, owner, hash)`,
    [made.map(({ sessionId }) => sessionId), owners, hashes, BROWSER.userAgent, BROWSER.device],
  );
  return Promise.all(made.map((one) => mintRefreshToken({ ...one, counter: 0 }, keys)));
}

/** A session of a person of its own, begun in this process: what a browser holds, and a program. */
export async function newSession() {
  const id = Buffer.from(randomBytes(16)).toString('base64url');
  await db().user.create({ data: { id, email: `${id.toLowerCase()}@bench.test`, name: 'Bench' } });
  const facts = { userAgent: null, device: null, ip: null };
  const start = {
    userId: id,
    kind: 'browser',
    remember: true,
    amr: ['pwd'],
    facts,
    broughtRefreshToken: null,
  } as const;
  const tokens = await startSession(start);
  if (tokens === null) throw new Error('The person is gone');
  const { accessToken, refreshToken } = tokens;
  const cookieHeader = `handstamp-access=${accessToken}; handstamp-refresh=${refreshToken}`;
  return { accessToken, cookieHeader };
}
