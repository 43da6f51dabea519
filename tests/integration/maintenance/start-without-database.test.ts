import { afterAll, describe, expect, it } from 'vitest';
import { asAdmin, nameOf } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { SITE, send } from '@/tests/support/http/requests';
import { prepareSession } from '@/tests/support/people';
import { startDatabaseProxy } from '@/tests/support/server/proxies';
import { startServer } from '@/tests/support/server/server';
import { recordOutput } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const database = await startDatabaseProxy(url);
afterAll(() => database.close());

const health = (server: Parameters<typeof send>[0]) => send(server, '/api/health');

describe('a server that starts before its database', () => {
  it('answers 503, says why in one line without the password, and works as soon as the database is there', async () => {
    const session = await prepareSession();
    database.cut();
    const server = await startServer({
      databaseUrl: database.databaseUrl,
      env: { APP_ORIGIN: SITE },
      isHealthy: false,
    });
    try {
      expect(problemOf(await health(server))).toBe('503 service_unavailable');
      expect((await send(server, '/dashboard', { cookies: session.cookies })).status).toBe(503);
      expect((await send(server, '/login')).status).toBe(200);
      const said = server
        .output()
        .split('\n')
        .filter((line) => line.includes('start.database_away'));
      expect(said).toEqual([expect.stringMatching(/"reason":"the database at DATABASE_URL does not answer \(.+\)"/)]);
      expect(server.output()).not.toContain(new URL(url).password);
      const output = recordOutput(server);
      database.restore();
      await expect.poll(async () => (await health(server)).status, { timeout: 10_000 }).toBe(200);
      await expect.poll(output, { timeout: 10_000 }).toContain('start.database_here');
      // The edge asks for keys again a second after it found none.
      await expect
        .poll(async () => (await send(server, '/dashboard', { cookies: session.cookies })).status, { timeout: 10_000 })
        .toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('ends when the database that comes is a wrong one', async () => {
    database.cut();
    const server = await startServer({
      databaseUrl: database.databaseUrl,
      env: { APP_ORIGIN: SITE },
      isHealthy: false,
    });
    const ended = new Promise((resolve) => server.process.once('close', resolve));
    await asAdmin(url, (admin) =>
      admin.query(`ALTER DATABASE ${nameOf(url)} SET default_transaction_isolation = 'serializable'`),
    );
    database.restore();
    try {
      expect(await ended).toBe(1);
      expect(server.output()).toMatch(
        /Handstamp cannot start: the database at DATABASE_URL cannot be used as it is: its transactions are serializable/,
      );
    } finally {
      await server.stop();
    }
  });
});
