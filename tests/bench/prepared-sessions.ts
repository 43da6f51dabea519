import { hashSessionSecret, mintRefreshToken, newSessionSecret, refreshMacKeys } from '@/lib/core/token/refresh-token';
import { randomBytes } from '@/lib/server/random';
import { rootSecrets } from '@/lib/server/root-secrets';
import { sql } from '../support/sql';

/** Sessions that nobody renewed yet, spread over the people of `fillSessions`. Returns their refresh tokens. */
export async function prepareSessions(databaseUrl: string, count: number): Promise<string[]> {
  const keys = await refreshMacKeys(await rootSecrets());
  const made = Array.from({ length: count }, () => ({
    sessionId: Buffer.from(randomBytes(16)).toString('base64url'),
    secret: newSessionSecret(randomBytes),
  }));
  const hashes = await Promise.all(made.map(async ({ secret }) => Buffer.from(await hashSessionSecret(secret))));
  await sql(
    databaseUrl,
    `INSERT INTO "Session" (id, "userId", kind, "secretHash", "idleSeconds", "idleExpiresAt", "absoluteExpiresAt",
       remember, amr, "userAgent", device)
     SELECT made.id, person.id, 'browser', hash, 604800, now() + interval '7 days', now() + interval '30 days', true, '{pwd}',
       'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'
     FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS made(id, hash, n)
     JOIN (SELECT id, row_number() OVER () AS n, count(*) OVER () AS people FROM "User" WHERE email LIKE 'person-%') AS person
       ON person.n = made.n % people + 1`,
    [made.map(({ sessionId }) => sessionId), hashes],
  );
  return Promise.all(made.map((one) => mintRefreshToken({ ...one, counter: 0 }, keys)));
}
