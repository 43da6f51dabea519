import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { filesLeftOut, filesWithoutProgram } from './scripts/test/optional-files.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));

// `server-only` throws outside of React's server build. This is the empty file that the build itself picks.
const alias = { '@': root, 'server-only': path.join(root, 'node_modules/server-only/empty.js') };

/** They wait for real time, most of it with nothing to do, so the others run beside them. They begin, and are named apart. */
const DRILLS = [
  'tests/integration/drills/rotation-drill.test.ts',
  'tests/integration/drills/status-list-outage.test.ts',
  'tests/integration/drills/database-outage.test.ts',
  'tests/integration/revocation/revocation.test.ts',
  'tests/integration/services/node-service.test.ts',
  'tests/integration/services/python-service.test.ts',
];

/** They measure the machine itself: nothing else may run beside them. */
const ALONE = [
  'tests/integration/passwords/**/*.test.ts',
  'tests/integration/sign-in/login-flood.test.ts',
  'tests/integration/keys/rotation-over-http.test.ts',
];

/** Where the files are that take longest. They begin, so that none is left over for the end. */
const LONG = [
  'drills/status',
  'drills/rotation',
  'services/',
  'keys/secret-rotation',
  'database/index-use',
  'rate-limit/',
  'oauth/',
  'keys/',
];

/** Below `npm run prove`: see tests/support/proof.ts. */
const isWhole = process.env['HANDSTAMP_PROOF'] === 'whole';

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.includes(`/integration/${name}`));
      return at < 0 ? LONG.length : at;
    };
    const sorted = await super.sort(files);
    return sorted
      .map((file) => ({ file, place: place(file) }))
      .sort((a, b) => a.place - b.place)
      .map(({ file }) => file);
  }
}

const integration = {
  environment: 'node',
  globalSetup: ['tests/support/server/integration-setup.ts'],
  // The hashing threads are TypeScript too, and inherit this flag.
  execArgv: ['--import', new URL('scripts/typescript-in-threads.mjs', import.meta.url).href],
  // No test is expected to take so long: a machine that is busy with something else makes it so, and server processes,
  // which are started and ended in hooks, more than all.
  testTimeout: 90_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  resolve: { alias },
  test: {
    // Two at once: hashing and PostgreSQL want the rest of a small machine.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // A test that asserts nothing fails.
    expect: { requireAssertions: true },
    // Processes and cryptography take as long as a busy machine lets them.
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/unit/**/*.test.tsx'],
          environment: 'node',
          // A thread begins sooner than a process, and these files need no more.
          pool: 'threads',
        },
      },
      {
        extends: true,
        test: {
          name: 'edge',
          include: ['core', 'middleware', 'verifier'].map((folder) => `tests/unit/${folder}/**/*.test.ts`),
          environment: 'edge-runtime',
          pool: 'threads',
        },
      },
      {
        extends: true,
        test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'], environment: 'node' },
      },
      {
        extends: true,
        test: {
          ...integration,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/support/**/*.test.ts'],
          exclude: [...DRILLS, ...ALONE, ...filesWithoutProgram(process.env)],
          // Twice as many files as such a machine has cores: many wait for a clock or for another process.
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { ...integration, name: 'drills', include: DRILLS, maxWorkers: 4, sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: {
          name: 'vercel',
          include: ['tests/vercel/**/*.test.ts'],
          // A build from nothing, on a machine of any speed.
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          ...integration,
          name: 'rehearsals',
          include: ['tests/rehearsals/**/*.test.ts'],
          exclude: filesWithoutProgram(process.env),
          fileParallelism: false,
          // Minutes of load, restarts and restores.
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          ...integration,
          name: 'proof',
          include: ['tests/proof/**/*.test.ts'],
          exclude: filesLeftOut(process.env),
          fileParallelism: false,
          // Whole, they try everything; in `npm test` as much as there is time for.
          testTimeout: isWhole ? 1_800_000 : 90_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: { ...integration, name: 'alone', include: ALONE, fileParallelism: false },
      },
    ],
  },
});
