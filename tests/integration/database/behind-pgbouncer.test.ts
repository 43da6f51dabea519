import { afterAll, describe, expect, inject, it } from 'vitest';
import { startPgBouncer } from '@/tests/support/database/pgbouncer';
import { asAdmin, nameOf, runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailedCode } from '@/tests/support/http/mailbox';
import { atOnce, SITE, send } from '@/tests/support/http/requests';
import { COOKIE, only, prepareSession, sessionRow } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

const MIGRATE = 'lib/server/cli/migrate.ts';

const { url } = await useDatabase();
// West of UTC, as the pool's own connections to it are then.
await asAdmin(inject('adminUrl'), (admin) =>
  admin.query(`ALTER DATABASE ${nameOf(url)} SET timezone = 'America/New_York'`),
);
const pool = await startPgBouncer(url);
afterAll(() => pool.stop());
const server = await useServer({ databaseUrl: pool.databaseUrl, env: { APP_ORIGIN: SITE } });

/** `pg_locks` tells of the whole cluster, and other test files migrate databases of their own meanwhile. */
const HERE = 'database = (SELECT oid FROM pg_database WHERE datname = current_database())';
const advisoryLocks = () => sql(url, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND ${HERE}`);

async function signUp(email: string): Promise<void> {
  const person = { email, password: 'grey-heron-counts-the-lanterns', name: 'Ada' };
  const begun = await send(server, '/api/auth/register', { method: 'POST', json: person });
  const code = await mailedCode(server, email);
  const cookies = only(begun.cookies, COOKIE.pending);
  const verified = await send(server, '/api/auth/verify-email', { method: 'POST', cookies, json: { code } });
  expect(verified.status).toBe(200);
}

describe('behind PgBouncer in transaction mode, as it is preset', () => {
  it('the server starts, a sign-up is mailed at once, and what is written about it is of now', async () => {
    await signUp('ada@people.test');
    const [times] = await sql(
      url,
      `SELECT count(*)::int AS events, bool_and(abs(extract(epoch FROM at - now())) < 60) AS "areNow" FROM "AuditEvent"`,
    );
    expect(times).toEqual({ events: 2, areNow: true });
  });

  it('thirty refreshes at once rotate once and all succeed', async () => {
    const { id, refreshOnly } = await prepareSession();
    const answers = await atOnce(30, () => send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await sessionRow(id)).counter).toBe(1n);
  });

  it('other clients of the pool with a zone of their own change nothing', async () => {
    await atOnce(10, () => sql(pool.databaseUrl, `SET timezone = 'Pacific/Kiritimati'`));
    await signUp('grace@people.test');
  });

  it('migrations are refused with a sentence, and leave no lock behind', async () => {
    await expect(runCommand(MIGRATE, testEnvironment(pool.databaseUrl))).rejects.toThrow(
      /db:migrate failed: this address leads to a connection pool: set DIRECT_DATABASE_URL/,
    );
    expect(await advisoryLocks()).toEqual([]);
  });

  it('migrations take the direct address, or a pool that somebody names as one', async () => {
    for (const direct of [url, pool.databaseUrl]) {
      const env = { ...testEnvironment(pool.databaseUrl), DIRECT_DATABASE_URL: direct };
      expect(await runCommand(MIGRATE, env)).toContain('The database was up to date.');
      expect(await advisoryLocks()).toEqual([]);
    }
  });
});
