import { afterAll, expect, it } from 'vitest';
import { db } from '@/lib/server/database/client';
import { startCluster, useCluster } from '@/tests/support/database/cluster';
import { runCommand } from '@/tests/support/database/postgres';
import { sql } from '@/tests/support/database/sql';
import { SITE, send } from '@/tests/support/http/requests';
import { createPerson, PASSWORD, prepareSession } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { startServer } from '@/tests/support/server/server';

const logical = { wal_level: 'logical' };
const { cluster: old, url: oldUrl } = await useCluster(logical);
const fresh = await startCluster(logical);
afterAll(() => fresh.remove());
const freshUrl = fresh.urlOf('app');

it('a move by logical replication: the new server is refused until its sequences are set, and then everybody goes on', async () => {
  const person = await createPerson({ hasPassword: true });
  const sessions = [];
  for (let n = 0; n < 30; n += 1) sessions.push(await prepareSession(person));
  const last = sessions.at(-1);
  await db().$disconnect();

  await sql(fresh.urlOf('postgres'), 'CREATE DATABASE app');
  await old.tool('pg_dump', '--schema-only', '-f', `${fresh.folder}/schema.sql`, oldUrl);
  await fresh.tool('psql', '-q', '-d', freshUrl, '-f', `${fresh.folder}/schema.sql`);
  await sql(oldUrl, 'CREATE PUBLICATION move FOR ALL TABLES');
  await sql(freshUrl, `CREATE SUBSCRIPTION move CONNECTION '${oldUrl}' PUBLICATION move`);
  const waiting = `SELECT count(*)::int AS tables FROM pg_subscription_rel WHERE srsubstate <> 'r'`;
  await expect.poll(() => sql(freshUrl, waiting), { timeout: 60_000 }).toEqual([{ tables: 0 }]);
  const count = `SELECT (SELECT count(*) FROM "Session")::int AS sessions, (SELECT count(*) FROM "AuditEvent")::int AS events`;
  expect(await sql(freshUrl, count)).toEqual([{ sessions: 30, events: 30 }]);
  await sql(freshUrl, 'DROP SUBSCRIPTION move');

  const env = { APP_ORIGIN: SITE };
  await expect(startServer({ databaseUrl: freshUrl, env })).rejects.toThrow(
    /would give out numbers again that it has given before \(of Session, AuditEvent/,
  );
  const command = () => runCommand('lib/server/cli/restored.ts', testEnvironment(freshUrl), ['--nothing-lost']);
  expect(await command()).toMatch(/The next session has the status number \d+/);
  expect(await command()).toContain('Nothing was changed.');

  const server = await startServer({ databaseUrl: freshUrl, env });
  try {
    const renewed = await send(server, '/api/auth/refresh', { method: 'POST', cookies: last?.refreshOnly ?? {} });
    expect(renewed.status, renewed.text).toBe(200);
    const json = { email: person.email, password: PASSWORD };
    const login = await send(server, '/api/auth/login', { method: 'POST', json });
    expect(login.status, login.text).toBe(200);
    expect((await send(server, '/dashboard', { cookies: login.cookies })).status).toBe(200);
  } finally {
    await server.stop();
  }
});
