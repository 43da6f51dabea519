import { createDatabase, startPostgres } from '@/tests/support/database/postgres';
import { seedDemoAccounts, startServer } from '@/tests/support/server/server';

/**
 * Starts PostgreSQL and the production server for all end-to-end tests. What the tests need to know is in the
 * environment of their workers: see `tests/e2e/fixtures.ts`.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  try {
    const databaseUrl = await createDatabase(postgres.adminUrl);
    const server = await startServer({ databaseUrl });
    await seedDemoAccounts(databaseUrl);
    process.env['E2E_ADMIN_URL'] = postgres.adminUrl;
    process.env['E2E_DATABASE_URL'] = databaseUrl;
    process.env['E2E_ORIGIN'] = server.origin;
    return async () => {
      await server.stop();
      await postgres.stop();
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
