import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand, startOwnServer } from '@/tests/support/database/postgres';
import { problemOf } from '@/tests/support/http/problems';
import { SITE, send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { useServer } from '@/tests/support/server/use-server';

// A PostgreSQL of this file's own, because it is shut down.
const postgres = await startOwnServer();
afterAll(() => postgres.stop());
Object.assign(process.env, testEnvironment(postgres.adminUrl));
await runCommand('lib/server/cli/migrate.ts', testEnvironment(postgres.adminUrl));
const server = await useServer({ databaseUrl: postgres.adminUrl, env: { APP_ORIGIN: SITE } });

describe('a PostgreSQL that restarts', () => {
  it('57P03: refuses new connections, which is a 503 with Retry-After and signs nobody out', async () => {
    const session = await prepareSession();
    const holder = new pg.Client({ connectionString: postgres.adminUrl });
    // It is ended with the server.
    holder.on('error', () => undefined);
    await holder.connect();
    // A "smart" shutdown: those who are connected may stay, everybody else is refused.
    process.kill(postgres.pid, 'SIGTERM');
    await expect
      .poll(
        () =>
          new pg.Client({ connectionString: postgres.adminUrl }).connect().then(
            () => 'connected',
            (error: { code?: string }) => error.code,
          ),
        { timeout: 10_000 },
      )
      .toBe('57P03');
    await holder.query(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    const refreshed = await send(server, '/api/auth/refresh', { method: 'POST', cookies: session.refreshOnly });
    const page = await send(server, '/account', { cookies: session.cookies });
    expect([problemOf(refreshed), page.status]).toEqual(['503 service_unavailable', 503]);
    for (const answer of [refreshed, page]) {
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.setCookieLines).toEqual([]);
    }
    const { rows } = await holder.query('SELECT "endedAt" FROM "Session" WHERE id = $1', [session.id]);
    expect(rows).toEqual([{ endedAt: null }]);
  });
});
