import { afterAll, inject } from 'vitest';
import { testEnvironment } from '@/tests/support/server/environment';
import { createDatabase, dropDatabase } from './postgres';
import { type CountedStatement, countStatements as countIn } from './statements';

/**
 * Makes a database for this test file and points `process.env` at it, so that `env()` and `db()` of modules imported
 * after this call use it. Call it at the top of the file: `const { url } = await useDatabase();` and import what reads
 * the environment with `await import(…)`, or only call it inside tests. Dropped when the file is done.
 */
export async function useDatabase(content: 'migrated' | 'empty' = 'migrated'): Promise<{ url: string }> {
  const url = await createDatabase(inject('adminUrl'), content);
  Object.assign(process.env, testEnvironment(url));
  afterAll(() => dropDatabase(inject('adminUrl'), url));
  return { url };
}

/** What PostgreSQL ran in the database while `work` ran: see `tests/support/database/statements.ts`. */
export function countStatements<T>(
  databaseUrl: string,
  work: () => Promise<T>,
  options: { readonly withClock?: boolean } = {},
): Promise<{ result: T; total: number; statements: CountedStatement[] }> {
  return countIn(inject('adminUrl'), databaseUrl, work, options);
}
