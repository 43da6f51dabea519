import { ACCESS, cookieOf, cookieText, REFRESH } from '@/tests/support/browser/cookies';
import { logIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

/** The login page; scripts take the reason out of the address once it was said. */
const SIGNED_OUT = /\/login(\?ended=signed_out)?$/;

test('signing out leads to the login, says so, and takes the cookies away', async ({ page, context, signedIn }) => {
  await page.goto('/dashboard');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(SIGNED_OUT);
  await expect(page.getByRole('status').filter({ hasText: 'You are signed out' })).toBeVisible();
  expect(await cookieOf(context, ACCESS)).toBeUndefined();
  expect(await cookieOf(context, REFRESH)).toBeUndefined();
  await page.goto('/dashboard');
  await expect(page).toHaveURL('/login?next=%2Fdashboard');
});

test('copies of both cookies are worth nothing right after signing out', async ({
  page,
  context,
  origin,
  openBrowser,
  signedIn: _signedIn,
}) => {
  const copies = await context.cookies();
  await page.goto('/dashboard');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(SIGNED_OUT);
  const holder = await openBrowser();
  await holder.addCookies(copies);
  const copied = await holder.newPage();
  await copied.goto('/account');
  await expect(copied).toHaveURL('/login?next=%2Faccount');
  expect((await holder.request.get(`${origin}/api/auth/session`)).status()).toBe(401);
});

// Promise: After sign-out the other tabs leave
test('the other tabs of the browser leave too, without being touched', async ({ page, context, signedIn }) => {
  const [account, sessions] = [await context.newPage(), await context.newPage()];
  await account.goto('/account');
  await sessions.goto('/account/sessions');
  await page.goto('/dashboard');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(SIGNED_OUT);
  for (const tab of [account, sessions]) {
    await expect(tab).toHaveURL(/\/login/);
    await expect(tab.getByText(signedIn.email)).toHaveCount(0);
  }
});

test('a tab that could not load what watches it is watched as soon as the connection is back', async ({
  page,
  context,
  signedIn,
  expectFault,
}) => {
  expectFault(/ERR_FAILED/);
  const html = await (await context.request.get('/account')).text();
  let lost = 0;
  // The scripts that the page names come, those that its own code asks for later do not.
  await page.route('**/_next/static/chunks/*.js*', (route) => {
    if (html.includes(new URL(route.request().url()).pathname)) return route.continue();
    lost += 1;
    return route.abort();
  });
  await page.goto('/account');
  // The loader tries each twice before it gives up.
  await expect.poll(() => lost).toBeGreaterThanOrEqual(2);
  await page.unrouteAll({ behavior: 'wait' });
  await context.setOffline(true);
  await context.setOffline(false);
  await page.waitForLoadState('networkidle');

  const other = await context.newPage();
  await other.goto('/dashboard');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByText(signedIn.email)).toHaveCount(0);
});

test('a tab that was not told notices when it comes to the front', async ({
  page,
  context,
  origin,
  signedIn,
  expectFault,
}) => {
  expectFault(/status of 401/);
  await page.goto('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  const answer = await context.request.post('/api/auth/logout', { headers: { origin }, data: {} });
  expect(answer.status()).toBe(204);
  // The watcher asks at most every two seconds: the tab is brought to the front until it may.
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect(page).toHaveURL(/\/login\?(ended=1&)?next=%2Faccount$/, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByRole('status').filter({ hasText: 'Your session has ended' })).toBeVisible();
});

test('a tab of the person before shows the new one after somebody else signed in', async ({
  page,
  context,
  origin,
  member,
  signedIn,
}) => {
  await page.goto('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  await logIn(context.request, origin, member);
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect(page.getByText(member.email)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await expect(page.getByText(signedIn.email)).toHaveCount(0);
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('Back shows nothing protected after signing out', async ({ page, signedIn }) => {
      await page.goto('/');
      await page.goto('/account');
      await page.getByRole('link', { name: 'Sessions', exact: true }).click();
      await expect(page).toHaveURL('/account/sessions');
      await page.getByRole('link', { name: 'Dashboard' }).click();
      await expect(page.getByText(signedIn.email)).toBeVisible();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await expect(page).toHaveURL(SIGNED_OUT);
      for (let steps = 0; steps < 3; steps += 1) {
        await page.goBack();
        await expect(page.getByText(signedIn.email)).toHaveCount(0);
        await expect(page.getByRole('button', { name: 'Sign out' })).toHaveCount(0);
      }
    });
  });
}

test('without a connection one stays signed in, and nobody claims to know', async ({
  page,
  context,
  signedIn,
  expectFault,
}) => {
  expectFault(/ERR_INTERNET_DISCONNECTED/);
  await page.goto('/account');
  const held = await cookieText(context, REFRESH);
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'You may still be signed in on this browser' })).toBeVisible();
  await expect(page).toHaveURL('/account');
  await context.setOffline(false);
  expect(await cookieText(context, REFRESH)).toBe(held);
  await page.reload();
  await expect(page.getByText(signedIn.email)).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(SIGNED_OUT);
});

test('an answer that is lost after the sign-out is not called a sign-in that goes on', async ({
  page,
  signedIn: _signedIn,
  expectFault,
}) => {
  expectFault(/ERR_FAILED/);
  await page.goto('/account');
  await page.route('**/api/auth/logout', async (route) => {
    await route.fetch();
    await route.abort('failed');
  });
  await page.getByRole('button', { name: 'Sign out' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'You may still be signed in on this browser' });
  await expect(alert).toBeVisible();
  await expect(page.getByText('You are still signed in')).toHaveCount(0);
});
