import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createDatabase, startPostgres } from '@/tests/support/database/postgres';
import { plainEnvironment, REPOSITORY, testEnvironment } from '@/tests/support/server/environment';
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
    const signUps = await startSignUps(databaseUrl);
    process.env['E2E_ADMIN_URL'] = postgres.adminUrl;
    process.env['E2E_DATABASE_URL'] = databaseUrl;
    process.env['E2E_ORIGIN'] = server.origin;
    process.env['E2E_SIGN_UPS'] = signUps.origin;
    return async () => {
      await signUps.stop();
      await server.stop();
      await postgres.stop();
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Starts `sign-ups.ts`. */
async function startSignUps(databaseUrl: string): Promise<{ origin: string; stop(): Promise<void> }> {
  const program = path.join(REPOSITORY, 'tests/support/browser/sign-ups.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=react-server', '--import', './scripts/typescript.mjs', program],
    {
      cwd: REPOSITORY,
      env: Object.assign(plainEnvironment(), testEnvironment(databaseUrl)),
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const failed = ended.then(() =>
    Promise.reject(new Error('The program that begins sign-ups ended before it was ready')),
  );
  const [port] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), failed]);
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
