import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = path.dirname(fileURLToPath(import.meta.url));

// `server-only` throws outside of React's server build. This is the empty file that the build itself picks.
const alias = { '@': root, 'server-only': path.join(root, 'node_modules/server-only/empty.js') };

export default defineConfig({
  resolve: { alias },
  test: {
    // Two at once: hashing and PostgreSQL want the rest of a small machine.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['tests/unit/**/*.test.ts', 'tests/unit/**/*.test.tsx'], environment: 'node' },
      },
      {
        extends: true,
        test: {
          name: 'edge',
          include: ['tests/unit/core/**/*.test.ts', 'tests/unit/verifier/**/*.test.ts'],
          environment: 'edge-runtime',
        },
      },
      {
        extends: true,
        test: { name: 'architecture', include: ['tests/architecture/**/*.test.ts'], environment: 'node' },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/support/**/*.test.ts'],
          // It compiles and attacks examples/go, so it needs a Go toolchain; `npm test` looks for one and says when the
          // file is not run. A skipped test would count as failed.
          exclude: process.env['HANDSTAMP_GO'] ? [] : ['tests/integration/services/go-service.test.ts'],
          environment: 'node',
          globalSetup: ['tests/support/server/integration-setup.ts'],
          // The hashing threads are TypeScript too, and inherit this flag.
          execArgv: ['--import', new URL('scripts/typescript.mjs', import.meta.url).href],
          // One file at a time: these tests hash, race and measure, and share two cores with PostgreSQL.
          fileParallelism: false,
          // Server processes are started and ended in hooks.
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
