import { expect } from '@playwright/test';
import pg from 'pg';

/** Somebody holds a table: whoever reads it waits. */
export type LockedTable = {
  /** Resolves when somebody waits for the table. */
  isAwaited(): Promise<void>;
  release(): Promise<void>;
};

/** Takes a table away from everybody else, in a transaction of a connection of its own. */
export async function lockTable(databaseUrl: string, table: string): Promise<LockedTable> {
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query(`LOCK TABLE ${holder.escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
  const waiting = async () => {
    const { rows } = await holder.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND relation = $1::regclass',
      [holder.escapeIdentifier(table)],
    );
    return rows[0]?.count ?? 0;
  };
  return {
    isAwaited: () => expect.poll(waiting, { message: `somebody waits for ${table}` }).toBeGreaterThan(0),
    release: async () => {
      await holder.query('ROLLBACK');
      await holder.end();
    },
  };
}
