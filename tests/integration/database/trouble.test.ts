import { beforeEach, describe, expect, it } from 'vitest';
import { useAppRole } from '@/tests/support/database/app-role';
import { lockTable } from '@/tests/support/database/locked-table';
import { nameOf } from '@/tests/support/database/postgres';
import { useDatabase } from '@/tests/support/database/use-database';
import { problemOf } from '@/tests/support/http/problems';
import { send } from '@/tests/support/http/requests';
import { auditTypes, type PreparedSession, prepareSession, sessionRow } from '@/tests/support/people';
import { useServer } from '@/tests/support/server/use-server';

const { url } = await useDatabase();
const role = await useAppRole(url);
const server = await useServer({ databaseUrl: role.databaseUrl });

type Trouble = { readonly begin: readonly string[]; readonly end: readonly string[] };

const database = nameOf(url);
const other = `${database}_moved`;

/** What an administrator, a failover or a crowd does to a server that is running, and the SQLSTATE that PostgreSQL then gives. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  '53300: there are too many connections': {
    begin: [`ALTER ROLE ${role.name} CONNECTION LIMIT 0`],
    end: [`ALTER ROLE ${role.name} CONNECTION LIMIT -1`],
  },
  '28P01: the password was changed': {
    begin: [`ALTER ROLE ${role.name} PASSWORD 'another'`],
    end: [`ALTER ROLE ${role.name} PASSWORD '${new URL(role.databaseUrl).password}'`],
  },
  '28000: the role may not sign in any more': {
    begin: [`ALTER ROLE ${role.name} NOLOGIN`],
    end: [`ALTER ROLE ${role.name} LOGIN`],
  },
  '3D000: the database has another name': {
    begin: [
      // Nobody may come in between: PostgreSQL renames no database that is in use.
      `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`,
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '${database}'`,
      `ALTER DATABASE ${database} RENAME TO ${other}`,
      `ALTER DATABASE ${other} ALLOW_CONNECTIONS true`,
    ],
    end: [`ALTER DATABASE ${other} RENAME TO ${database}`],
  },
  '55000: the database takes no connections': {
    begin: [`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`],
    end: [`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`],
  },
  '42501: the rights are gone': {
    begin: [`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`],
    end: [`GRANT CONNECT ON DATABASE ${database} TO PUBLIC`],
  },
  '25006: after a failover the server is read-only': {
    begin: [`ALTER ROLE ${role.name} SET default_transaction_read_only = on`],
    end: [`ALTER ROLE ${role.name} RESET default_transaction_read_only`],
  },
};

const refresh = ({ refreshOnly }: PreparedSession) =>
  send(server, '/api/auth/refresh', { method: 'POST', cookies: refreshOnly });

describe('while PostgreSQL answers', () => {
  let session: PreparedSession;
  beforeEach(async () => {
    session = await prepareSession();
    await expect.poll(async () => (await send(server, '/api/health')).status, { timeout: 10_000 }).toBe(200);
  });

  it.each(Object.keys(TROUBLES))('%s, everybody gets a 503 with Retry-After and stays signed in', async (name) => {
    const { begin, end } = TROUBLES[name] ?? { begin: [], end: [] };
    for (const statement of begin) await role.admin(statement);
    await role.endConnections();
    try {
      const refreshed = await refresh(session);
      const page = await send(server, '/account/sessions', { cookies: session.refreshOnly });
      const login = await send(server, '/api/auth/login', {
        method: 'POST',
        json: { email: 'ada@people.test', password: 'not-a-password-of-anybody' },
      });
      expect([problemOf(refreshed), page.status, problemOf(login)]).toEqual([
        '503 service_unavailable',
        503,
        '503 service_unavailable',
      ]);
      for (const answer of [refreshed, page, login]) {
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(answer.setCookieLines).toEqual([]);
        expect(answer.text).not.toContain(role.name);
      }
    } finally {
      for (const statement of end) await role.admin(statement);
      await role.endConnections();
    }
    await expect.poll(async () => (await refresh(session)).status, { timeout: 10_000 }).toBe(200);
    expect((await sessionRow(session.id)).endedAt).toBeNull();
    expect(await auditTypes(session.id)).toEqual(['signed_in']);
  });
});

describe('a page behind a good access token', () => {
  it('is a 503 too when its data cannot be read', async () => {
    const { cookies } = await prepareSession();
    expect((await send(server, '/account', { cookies })).status).toBe(200);
    await role.admin(`ALTER ROLE ${role.name} NOLOGIN`);
    await role.endConnections();
    try {
      const page = await send(server, '/account', { cookies });
      expect(page.status).toBe(503);
      expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      await role.admin(`ALTER ROLE ${role.name} LOGIN`);
    }
  });
});

describe('a statement that PostgreSQL ends', () => {
  /** Holds the table of sessions, asks for a refresh, and waits until that waits for the table. */
  async function whileRefreshWaits(session: PreparedSession, act: (pid: number) => Promise<void>) {
    const table = await lockTable(url, 'Session');
    try {
      const answer = refresh(session);
      await act(await table.waiter());
      return await answer;
    } finally {
      await table.release();
    }
  }

  it.each([
    ['57014', 'cancels', 'pg_cancel_backend'],
    ['57P01', 'kills', 'pg_terminate_backend'],
  ])('%s: an administrator %s a statement, which is a 503 and signs nobody out', async (_state, _verb, end) => {
    const session = await prepareSession();
    const answer = await whileRefreshWaits(session, (pid) => role.admin(`SELECT ${end}(${pid})`));
    expect(problemOf(answer)).toBe('503 service_unavailable');
    expect(answer.setCookieLines).toEqual([]);
    expect((await refresh(session)).status).toBe(200);
  });

  it('55P03: a lock that is not to be had in time is a 503 and signs nobody out', async () => {
    const session = await prepareSession();
    await role.admin(`ALTER ROLE ${role.name} SET lock_timeout = '100ms'`);
    await role.endConnections();
    try {
      const answer = await whileRefreshWaits(session, () => Promise.resolve());
      expect(problemOf(answer)).toBe('503 service_unavailable');
    } finally {
      await role.admin(`ALTER ROLE ${role.name} RESET lock_timeout`);
      await role.endConnections();
    }
    await expect.poll(async () => (await refresh(session)).status, { timeout: 10_000 }).toBe(200);
  });
});
