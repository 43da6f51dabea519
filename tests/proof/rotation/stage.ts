import { inject } from 'vitest';
import { asAdmin, nameOf } from '@/tests/support/database/postgres';
import { ABSOLUTE, GRACE, IDLE, TICK_SECONDS } from './session-model';

/** The lifetimes of the model, as settings of the real code. */
export const SETTINGS = {
  REFRESH_GRACE_SECONDS: String(GRACE * TICK_SECONDS),
  SESSION_IDLE_SECONDS: String(IDLE * TICK_SECONDS),
  SESSION_ABSOLUTE_SECONDS: String(ABSOLUTE * TICK_SECONDS),
  DATABASE_POOL_SIZE: '10',
};

/**
 * Makes the real code of this process live by the model's lifetimes. The database answers before it has written to disk:
 * nobody pulls its plug here, and every other property of a commit stays.
 */
export async function useModelLifetimes(databaseUrl: string): Promise<void> {
  Object.assign(process.env, SETTINGS);
  await asAdmin(inject('adminUrl'), (admin) =>
    admin.query(`ALTER DATABASE ${nameOf(databaseUrl)} SET synchronous_commit = off`),
  );
}
