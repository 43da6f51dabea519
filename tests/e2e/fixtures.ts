import { type BrowserContext, type BrowserContextOptions, test as base, expect } from '@playwright/test';
import { watchPages } from '@/tests/support/browser/page-watch';
import { finishSignUp, type Person, signUp } from '@/tests/support/browser/people';

export { expect } from '@playwright/test';

/** What `tests/support/browser/setup.ts` started. */
export const backend = () => ({
  origin: process.env['E2E_ORIGIN'] ?? '',
  databaseUrl: process.env['E2E_DATABASE_URL'] ?? '',
  adminUrl: process.env['E2E_ADMIN_URL'] ?? '',
  signUps: process.env['E2E_SIGN_UPS'] ?? '',
});

type PageFaults = { readonly seen: string[]; readonly expected: RegExp[] };

type WorkerFixtures = {
  /** Where our server is, as a browser spells it. */
  origin: string;
  /** A person with an account, shared by tests that only sign in. */
  member: Person;
};

type Fixtures = {
  /** What the test's pages complained about. After the test nothing may be left but what was expected. */
  pageFaults: PageFaults;
  /** Names a complaint that the test provokes, such as Chromium's own line about every 401. */
  expectFault: (pattern: RegExp) => void;
  /** Another browser with a cookie jar of its own, watched like the test's own. */
  openBrowser: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A person with an account, signed in in the test's own browser: one session, no more. */
  signedIn: Person;
};

/** Playwright's `test` on our server; every page of it is watched. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  origin: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter list.
    async ({}, use) => {
      await use(backend().origin);
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ origin }, use) => {
    await use(origin);
  },
  pageFaults: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter list.
    async ({}, use) => {
      const faults: PageFaults = { seen: [], expected: [] };
      await use(faults);
      const unexpected = faults.seen.filter((fault) => !faults.expected.some((pattern) => pattern.test(fault)));
      expect(unexpected, 'what the pages complained about').toEqual([]);
    },
    { auto: true },
  ],
  expectFault: async ({ pageFaults }, use) => {
    await use((pattern) => pageFaults.expected.push(pattern));
  },
  context: async ({ context, pageFaults }, use) => {
    await watchPages(context, pageFaults.seen);
    await use(context);
  },
  openBrowser: async ({ browser, origin, pageFaults }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL: origin, ...options });
      await watchPages(context, pageFaults.seen);
      opened.push(context);
      return context;
    });
    for (const context of opened) await context.close();
  },
  member: [
    async ({ playwright, origin }, use) => {
      const request = await playwright.request.newContext();
      await use(await signUp(request, origin));
      await request.dispose();
    },
    { scope: 'worker' },
  ],
  signedIn: async ({ context, origin }, use) => {
    // A server of a file's own has a database of its own, in which nobody begins sign-ups.
    const { origin: common, signUps } = backend();
    await use(await (origin === common ? finishSignUp(context, origin, signUps) : signUp(context.request, origin)));
  },
});
