import pg from 'pg';

/**
 * Backends that wait for a row that this connection holds, or for one that waits for it. By `pg_locks`: what
 * `pg_stat_activity` says stays the same within a transaction.
 */
const WAITING = `
  WITH waiting AS (
    SELECT pid, pg_blocking_pids(pid) AS by FROM pg_locks WHERE NOT granted
  ), first AS (
    SELECT pid FROM waiting WHERE pg_backend_pid() = ANY(by)
  )
  SELECT pid FROM waiting WHERE pg_backend_pid() = ANY(by) OR by && ARRAY(SELECT pid FROM first)`;

/** Told who waits, on the connection that holds the row. */
export type Meanwhile = (holder: pg.Client, waiting: readonly number[]) => Promise<void>;

/**
 * Holds a session's row while `callers` begin, and lets go of it in the moment in which each of them has been answered or
 * waits for the row: then they meet there, and no luck is needed. `meanwhile` comes just before.
 */
export async function meetAtRow<T>(
  databaseUrl: string,
  sessionId: string,
  callers: readonly (() => Promise<T>)[],
  meanwhile: Meanwhile = async () => undefined,
): Promise<PromiseSettledResult<T>[]> {
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM "Session" WHERE id = $1 FOR UPDATE', [sessionId]);
    let settled = 0;
    const settle = () => {
      settled += 1;
    };
    const running = callers.map((call) => {
      const called = call();
      called.then(settle, settle);
      return called;
    });
    let waiting: readonly number[] = [];
    while (settled + waiting.length < callers.length) {
      const { rows } = await holder.query<{ pid: number }>(WAITING);
      waiting = rows.map(({ pid }) => pid);
    }
    await meanwhile(holder, waiting);
    await holder.query('COMMIT');
    return await Promise.allSettled(running);
  } finally {
    await holder.end();
  }
}
