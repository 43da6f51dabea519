import { randomBytes } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { asAdmin, nameOf } from './postgres';
import { sql } from './sql';

export type AppRole = {
  readonly name: string;
  /** The test's database, as this role. */
  readonly databaseUrl: string;
  /** Runs a statement of an administrator in the cluster. */
  admin(statement: string): Promise<void>;
  /** Ends the connections of this role. Pools open new ones, which meet what the administrator changed. */
  endConnections(): Promise<void>;
};

/** A role without special rights on a test's database, as servers should have: an administrator can take things from it. */
export async function useAppRole(databaseUrl: string): Promise<AppRole> {
  const name = `app_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const admin = (statement: string) =>
    asAdmin(inject('adminUrl'), async (connection) => void (await connection.query(statement)));
  await sql(
    databaseUrl,
    `CREATE ROLE ${name} LOGIN PASSWORD '${password}';
     GRANT ALL ON ALL TABLES IN SCHEMA public TO ${name};
     GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${name}`,
  );
  afterAll(() => sql(databaseUrl, `DROP OWNED BY ${name}; DROP ROLE ${name}`));
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = password;
  return {
    name,
    databaseUrl: url.href,
    admin,
    endConnections: () =>
      admin(
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE usename = '${name}' AND datname = '${nameOf(databaseUrl)}'`,
      ),
  };
}
