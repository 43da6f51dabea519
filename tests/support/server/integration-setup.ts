import type { TestProject } from 'vitest/node';
import { startPostgres } from '@/tests/support/database/postgres';

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
  }
}

/** Vitest loads this file once for each project of a run: what the first one starts is for all. */
const STARTED = 'HANDSTAMP_STARTED_POSTGRES';

/** Starts PostgreSQL once for all integration tests; `tests/support/database/use-database.ts` hands out its databases. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = process.env[STARTED];
  if (started !== undefined) {
    project.provide('adminUrl', started);
    return async () => undefined;
  }
  const server = await startPostgres();
  process.env[STARTED] = server.adminUrl;
  project.provide('adminUrl', server.adminUrl);
  return () => server.stop();
}
