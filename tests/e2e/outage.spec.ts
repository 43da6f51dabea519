import { AxeBuilder } from '@axe-core/playwright';
import { cookieText, loseAccessCookie, REFRESH } from '@/tests/support/browser/cookies';
import { createDatabase } from '@/tests/support/database/postgres';
import { type DatabaseProxy, startDatabaseProxy } from '@/tests/support/server/proxies';
import { startServer } from '@/tests/support/server/server';
import { backend, test as base, expect } from './fixtures';

/** A server of this file's own, whose database comes and goes. */
const test = base.extend<{ database: DatabaseProxy }, { outage: { origin: string; database: DatabaseProxy } }>({
  outage: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter list.
    async ({}, use) => {
      // Not the one of the other tests: two servers of one database send each other's mails, each to a mailbox of its own.
      const database = await startDatabaseProxy(await createDatabase(backend().adminUrl));
      const server = await startServer({ databaseUrl: database.databaseUrl });
      await use({ origin: server.origin, database });
      await server.stop();
      await database.close();
    },
    { scope: 'worker' },
  ],
  origin: [async ({ outage }, use) => use(outage.origin), { scope: 'worker' }],
  database: async ({ outage }, use) => {
    await use(outage.database);
    outage.database.restore();
  },
});

test('a page that needs a refresh answers 503, keeps the cookies, and works again with the database', async ({
  page,
  context,
  database,
  signedIn,
  expectFault,
}) => {
  expectFault(/status of 503/);
  const held = await cookieText(context, REFRESH);
  await loseAccessCookie(context);
  database.cut();
  const answer = await page.goto('/account');
  expect(answer?.status()).toBe(503);
  expect(await answer?.headerValue('retry-after')).toMatch(/^\d+$/);
  expect(await answer?.headerValue('cache-control')).toContain('no-store');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText('nobody has signed you out')).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(await cookieText(context, REFRESH)).toBe(held);
  database.restore();
  await page.getByRole('link', { name: 'Try again' }).click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
});

test('a page that cannot be made says so in our own words, signs nobody out, and comes back by "Try again"', async ({
  page,
  context,
  database,
  signedIn,
  expectFault,
}) => {
  expectFault(/status of 50[03]/);
  // React says on the console that a part of the page could not be made.
  expectFault(/Minified React error #441/);
  const held = await cookieText(context, REFRESH);
  await page.goto('/account');
  database.cut();
  const answer = await page.goto('/account/sessions');
  expect(answer?.status()).toBe(503);
  expect(await answer?.headerValue('retry-after')).toMatch(/^\d+$/);
  await expect(page.getByRole('heading', { level: 1, name: 'That did not work' })).toBeVisible();
  await expect(page).toHaveTitle(/Something went wrong/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  expect(await cookieText(context, REFRESH)).toBe(held);
  database.restore();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
  await page.goto('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
});

test('a sign-out that the server could not do is not called one', async ({
  page,
  context,
  database,
  signedIn,
  expectFault,
}) => {
  expectFault(/status of 503/);
  await page.goto('/account');
  const held = await cookieText(context, REFRESH);
  database.cut();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'You may still be signed in on this browser' })).toBeVisible();
  await expect(page).toHaveURL('/account');
  expect(await cookieText(context, REFRESH)).toBe(held);
  database.restore();
  await expect(async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(/\/login(\?ended=signed_out)?$/, { timeout: 1000 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByText(signedIn.email)).toHaveCount(0);
});

test.describe('with scripts off', () => {
  test.use({ javaScriptEnabled: false });

  test('a sign-out that the server could not do is not called one either, and can be tried again', async ({
    page,
    context,
    database,
    signedIn: _signedIn,
    expectFault,
  }) => {
    expectFault(/status of 503/);
    await page.goto('/account');
    const held = await cookieText(context, REFRESH);
    database.cut();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(
      page.getByRole('alert').filter({ hasText: 'You may still be signed in on this browser' }),
    ).toBeVisible();
    await expect(page.getByText('You are signed out')).toHaveCount(0);
    expect(await cookieText(context, REFRESH)).toBe(held);
    database.restore();
    await expect(async () => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await expect(page.getByText('You are signed out')).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 10_000 });
    expect(await cookieText(context, REFRESH)).not.toBe(held);
  });
});

test('a login without a database says that nothing is lost and keeps what was typed', async ({
  page,
  database,
  member,
  expectFault,
}) => {
  expectFault(/status of 503/);
  await page.goto('/login');
  database.cut();
  await page.getByLabel('Email').fill(member.email);
  await page.getByLabel('Password', { exact: true }).fill(member.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'cannot answer right now' })).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue(member.email);
  database.restore();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/dashboard');
});
