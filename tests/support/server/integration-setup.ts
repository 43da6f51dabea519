import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleCommands } from '@/scripts/ops/bundle.mjs';
import { COMMANDS_VARIABLE, startPostgres } from '@/tests/support/database/postgres';

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string;
    /** A folder for what one test file finds out and others need not find out again. */
    sharedFolder: string;
  }
}

type Started = { readonly adminUrl: string; readonly sharedFolder: string };

/** Vitest loads this file once for each project of a run: what the first one starts is for all. */
const STARTED = 'HANDSTAMP_STARTED_POSTGRES';

/** Starts PostgreSQL once for all integration tests; `tests/support/database/use-database.ts` hands out its databases. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const provide = ({ adminUrl, sharedFolder }: Started) => {
    project.provide('adminUrl', adminUrl);
    project.provide('sharedFolder', sharedFolder);
  };
  const started = process.env[STARTED];
  if (started !== undefined) {
    provide(JSON.parse(started));
    return async () => undefined;
  }
  const sharedFolder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-tests-'));
  process.env[COMMANDS_VARIABLE] = path.join(sharedFolder, 'commands');
  await bundleCommands(process.env[COMMANDS_VARIABLE]);
  const { adminUrl, stop } = await startPostgres();
  process.env[STARTED] = JSON.stringify({ adminUrl, sharedFolder } satisfies Started);
  provide({ adminUrl, sharedFolder });
  return async () => {
    await rm(sharedFolder, { recursive: true, force: true });
    await stop();
  };
}
