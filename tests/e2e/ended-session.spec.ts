import type { BrowserContext, Page } from '@playwright/test';

import { logIn, type Person, signIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

const TYPED = 'Quentin of the Ferry';

/** Ends every session of a person but that of `request`, as their owner does elsewhere. */
async function endElsewhere(open: () => Promise<BrowserContext>, origin: string, person: Person): Promise<void> {
  const elsewhere = await open();
  await logIn(elsewhere.request, origin, person);
  const answer = await elsewhere.request.delete('/api/auth/sessions', { headers: { origin } });
  expect(answer.status()).toBe(204);
}

const nameField = (page: Page) => page.getByLabel('Name');

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('a form that is sent after the session ended leads to the login page and back, with what was typed', async ({
      page,
      origin,
      openBrowser,
      signedIn,
    }) => {
      await page.goto('/account');
      await nameField(page).fill(TYPED);
      await endElsewhere(openBrowser, origin, signedIn);
      await page.getByRole('button', { name: 'Save name' }).click();
      await expect(page).toHaveURL('/login?next=%2Faccount');
      await signIn(page, signedIn);
      await expect(page).toHaveURL('/account');
      await expect(nameField(page)).toHaveValue(TYPED);
      await expect(page.getByRole('status').filter({ hasText: 'not saved yet' })).toBeVisible();
      await page.getByRole('button', { name: 'Save name' }).click();
      await expect(page.getByRole('status').filter({ hasText: `Saved. Hello, ${TYPED}.` })).toBeVisible();
      await page.goto('/account');
      await expect(page.getByText('not saved yet')).toHaveCount(0);
      await expect(nameField(page)).toHaveValue(TYPED);
    });
  });
}

test('what was typed is shown to nobody else who signs in with this browser', async ({
  page,
  origin,
  openBrowser,
  member,
  signedIn,
}) => {
  await page.goto('/account');
  await nameField(page).fill(TYPED);
  await endElsewhere(openBrowser, origin, signedIn);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page).toHaveURL('/login?next=%2Faccount');
  await signIn(page, member);
  await expect(page).toHaveURL('/account');
  await expect(nameField(page)).not.toHaveValue(TYPED);
  await expect(page.getByText('not saved yet')).toHaveCount(0);
});

test('a tab with something typed in it is not taken away: it says what happened, and goes on after a new sign-in', async ({
  page,
  context,
  origin,
  openBrowser,
  signedIn,
  expectFault,
}) => {
  expectFault(/status of 401/);
  await page.goto('/account');
  await nameField(page).fill(TYPED);
  await endElsewhere(openBrowser, origin, signedIn);
  const notice = page.getByRole('alert').filter({ hasText: 'Your session has ended' });
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect(notice).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await expect(nameField(page)).toHaveValue(TYPED);

  const opened = context.waitForEvent('page');
  await notice.getByRole('link', { name: 'Sign in in a new tab' }).click();
  const login = await opened;
  await expect(login).toHaveURL('/login?next=%2Faccount');
  await signIn(login, signedIn);
  await expect(login).toHaveURL('/account');
  await expect(notice).toHaveCount(0);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('status').filter({ hasText: `Saved. Hello, ${TYPED}.` })).toBeVisible();
});

test('a tab in which somebody else turned up says so, and throws nothing away', async ({
  page,
  context,
  origin,
  member,
  signedIn: _signedIn,
}) => {
  await page.goto('/account');
  await nameField(page).fill(TYPED);
  await logIn(context.request, origin, member);
  const notice = page.getByRole('alert').filter({ hasText: 'Somebody else signed in' });
  await expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect(notice).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await expect(nameField(page)).toHaveValue(TYPED);
  await notice.getByRole('link', { name: 'Load the page again' }).click();
  await expect(page.getByText(member.email)).toBeVisible();
});
