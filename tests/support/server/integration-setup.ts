import type { TestProject } from 'vitest/node';
import { startPostgres } from '@/tests/support/database/postgres';

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
  }
}

/** Starts PostgreSQL once for all integration tests; `tests/support/database/use-database.ts` hands out its databases. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('adminUrl', server.adminUrl);
  return () => server.stop();
}
