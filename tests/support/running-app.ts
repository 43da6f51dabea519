import { afterAll, beforeAll, inject } from 'vitest';
import { seedAccounts } from './accounts';
import { createDatabase, dropDatabase } from './database/postgres';
import { testEnvironment } from './server/environment';
import { startServer, type TestServer } from './server/server';

export type RunningApp = {
  readonly databaseUrl: string;
  readonly servers: readonly TestServer[];
  readonly server: TestServer;
};

/**
 * The production app on a database of its own, for the tests of one file: `count` server processes under one origin,
 * with the demo accounts. Read the result inside tests only.
 */
export function useApp(env: Record<string, string> = {}, count = 1): RunningApp {
  const app: { databaseUrl: string; servers: TestServer[] } = { databaseUrl: '', servers: [] };
  beforeAll(async () => {
    app.databaseUrl = await createDatabase(inject('adminUrl'));
    for (let number = 0; number < count; number += 1) {
      const origin = app.servers[0] ? { APP_ORIGIN: app.servers[0].origin } : {};
      app.servers.push(await startServer({ databaseUrl: app.databaseUrl, env: { ...origin, ...env } }));
    }
    const [first] = app.servers;
    if (first === undefined) throw new Error('At least one server is needed');
    await seedAccounts({ ...testEnvironment(app.databaseUrl, first.port), HANDSTAMP_DATA: first.dataFolder });
  });
  afterAll(async () => {
    for (const server of app.servers) await server.stop();
    await dropDatabase(inject('adminUrl'), app.databaseUrl);
  });
  return {
    get databaseUrl() {
      return app.databaseUrl;
    },
    get servers() {
      return app.servers;
    },
    get server() {
      const [first] = app.servers;
      if (first === undefined) throw new Error('The app runs inside tests only');
      return first;
    },
  };
}
