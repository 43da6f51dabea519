import { ADMIN, logIn, MEMBER } from '@/tests/support/browser/people';
import { lockTable } from '@/tests/support/database/locked-table';
import { createDatabase, dropDatabase } from '@/tests/support/database/postgres';
import { seedDemoAccounts, startServer } from '@/tests/support/server/server';
import { backend, test as base, expect } from './fixtures';

/** A server with a database of this file's own, whose tables it may keep from the server for a while. */
const test = base.extend<object, { slow: { origin: string; databaseUrl: string } }>({
  slow: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter list.
    async ({}, use) => {
      const { adminUrl } = backend();
      const databaseUrl = await createDatabase(adminUrl);
      const server = await startServer({ databaseUrl });
      await seedDemoAccounts(databaseUrl);
      await use({ origin: server.origin, databaseUrl });
      await server.stop();
      await dropDatabase(adminUrl, databaseUrl);
    },
    { scope: 'worker' },
  ],
  origin: [async ({ slow }, use) => use(slow.origin), { scope: 'worker' }],
});

// What arrives late in parts needs a script to be put in place, so a browser without scripts shows whether it came whole.
test.use({ javaScriptEnabled: false });

const CASES = [
  { path: '/dashboard', who: MEMBER, table: 'Session', late: 'This browser' },
  { path: '/account/sessions', who: MEMBER, table: 'Session', late: 'This browser' },
  { path: '/admin/users', who: ADMIN, table: 'User', late: MEMBER.email },
];

for (const { path, who, table, late } of CASES) {
  test(`${path} shows everything with scripts off, however late its data comes`, async ({ page, context, slow }) => {
    await logIn(context.request, slow.origin, who);
    const locked = await lockTable(slow.databaseUrl, table);
    const opening = page.goto(path);
    await locked.waiter();
    await locked.release();
    expect((await opening)?.status()).toBe(200);
    await expect(page.locator('main').getByText(late, { exact: true })).toBeVisible();
  });
}

test('who may see a page is decided before its data is waited for', async ({ context, slow }) => {
  await logIn(context.request, slow.origin, MEMBER);
  const locked = await lockTable(slow.databaseUrl, 'Session');
  const without = { maxRedirects: 0, headers: { cookie: '' } };
  const stranger = await context.request.get(`${slow.origin}/account/sessions`, without);
  const member = await context.request.get(`${slow.origin}/admin/users`);
  await locked.release();
  expect(stranger.headers()['location']).toContain('/login?next=%2Faccount%2Fsessions');
  expect(member.status()).toBe(404);
});
