import { asAdmin, nameOf } from './postgres';

/** One kind of statement, with its constants replaced by `$1`, and how often PostgreSQL ran it. */
export type CountedStatement = { readonly sql: string; readonly calls: number };

/** The beginning of a statement in one line, enough to tell ours apart. */
export const beginningOf = (sql: string): string => `${sql.replaceAll(/\s+/g, ' ').trim().slice(0, 60)} …`;

/** The mail clock of a server looks every few seconds, and mail is sent a random moment after whatever caused it. */
const isMailWork = (sql: string): boolean => sql.includes('isMailDue') || /(?:DELETE FROM|UPDATE) "Outbox"/.test(sql);

/** What a connection says of itself before anything is asked: the pool opens one whenever it needs one more. */
const isGreeting = (sql: string): boolean =>
  /^SET (?:TIME ZONE|DateStyle) |^SELECT set_config\(.+pg_backend_pid/.test(sql);

/** What counts against the budget of an endpoint: not the frame of a transaction, nor what every process asks once a second. */
export const budgeted = (statements: readonly CountedStatement[]): number =>
  statements
    .filter(({ sql }) => !/^(?:BEGIN|COMMIT|ROLLBACK)/.test(sql) && !sql.includes('Session_statusNumber_seq'))
    .reduce((sum, { calls }) => sum + calls, 0);

/**
 * Counts, by PostgreSQL itself (`pg_stat_statements`), what ran in one database while `work` ran. `BEGIN` and `COMMIT`
 * count too. Everything that any process sends to that database counts, so give the test a database of its own. Left out
 * are what a new connection says of itself, the looks of the mail clock and the sending of mail, unless `withClock` is true.
 *
 * @param adminUrl The server's admin database, as of `startPostgres`: the counting itself happens there.
 */
export async function countStatements<T>(
  adminUrl: string,
  databaseUrl: string,
  work: () => Promise<T>,
  { withClock = false } = {},
): Promise<{ result: T; total: number; statements: CountedStatement[] }> {
  return asAdmin(adminUrl, async (admin) => {
    await admin.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    const name = nameOf(databaseUrl);
    await admin.query('SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = $1', [name]);
    const result = await work();
    const { rows } = await admin.query<{ sql: string; calls: number }>(
      `SELECT query AS sql, calls::int AS calls FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1) ORDER BY query`,
      [name],
    );
    const statements = rows.filter((row) => withClock || !(isMailWork(row.sql) || isGreeting(row.sql)));
    return { result, total: statements.reduce((sum, row) => sum + row.calls, 0), statements };
  });
}
