import { defineConfig } from '@playwright/test';

const isRoot = process.getuid?.() === 0;
const chromium = process.env['HANDSTAMP_CHROMIUM'];

// The server is started by the global setup, on a port that is free then: `tests/e2e/fixtures.ts` tells the tests.
export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/support/browser/setup.ts',
  outputDir: 'test-results',
  forbidOnly: true,
  retries: 0,
  fullyParallel: false,
  workers: 2,
  // No test is expected to take so long: a machine that is busy with something else makes it so.
  timeout: 120_000,
  // A login hashes: on a busy machine its answer takes seconds.
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    // A picture of each step, or a copy of the page, would cost more than the step.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false, sources: false },
    screenshot: 'only-on-failure',
    browserName: 'chromium',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        ...(isRoot ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      // Playwright turns the back-forward cache off; people have it, and Back after signing out is tested.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    },
  },
});
