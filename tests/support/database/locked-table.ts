import pg from 'pg';

/** A table that every other reader and writer waits for. */
export type LockedTable = {
  /** The backend that waits for the table, as soon as one does. Rejects when none does in time. */
  waiter(): Promise<number>;
  release(): Promise<void>;
};

const WAITER_WITHIN_MS = 15_000;
const POLL_MS = 20;

/** Takes a table away from everybody else, in a transaction of a connection of its own. */
export async function lockTable(databaseUrl: string, table: string): Promise<LockedTable> {
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query(`LOCK TABLE ${holder.escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
  return {
    async waiter() {
      const deadline = Date.now() + WAITER_WITHIN_MS;
      while (Date.now() < deadline) {
        const { rows } = await holder.query<{ pid: number }>(
          'SELECT pid FROM pg_locks WHERE NOT granted AND relation = $1::regclass',
          [holder.escapeIdentifier(table)],
        );
        if (rows[0] !== undefined) return rows[0].pid;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      throw new Error(`No statement waits for the table ${table}`);
    },
    async release() {
      await holder.query('ROLLBACK');
      await holder.end();
    },
  };
}
