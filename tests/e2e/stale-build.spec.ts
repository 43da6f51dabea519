import { expect, test } from './fixtures';

/** As long as an id of Next's, and none that a build of ours has. */
const OF_ANOTHER_BUILD = '7f'.repeat(21);

test('a page older than the server says so inside its frame, and reloading keeps what was typed', async ({
  page,
  signedIn,
  expectFault,
}) => {
  expectFault(/status of 409/);
  expectFault(/was not found on the server/);
  await page.goto('/account');
  await page.route('/account', (route) => {
    const headers = route.request().headers();
    return route.request().method() === 'POST'
      ? route.continue({ headers: { ...headers, 'next-action': OF_ANOTHER_BUILD } })
      : route.continue();
  });
  await page.getByLabel('Name').fill('Quentin Ferry');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page is older than the server');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await page.unroute('/account');
  await page.getByRole('button', { name: 'Reload it' }).click();
  await expect(page.getByLabel('Name')).toHaveValue('Quentin Ferry');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved. Hello, Quentin Ferry.' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Name'), 'nothing is kept once it was saved').toHaveValue('Quentin Ferry');
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await expect(page.getByText(signedIn.email)).toBeVisible();
});

test.describe('with scripts off', () => {
  test.use({ javaScriptEnabled: false });

  test('a form of an older page is led to a page that says so, and nothing was done', async ({ page, signedIn }) => {
    await page.goto('/account');
    const renamed = await page
      .locator('main form')
      .first()
      .evaluate((form, other) => {
        const fields = [...form.querySelectorAll<HTMLInputElement>('input[type="hidden"]')];
        for (const field of fields) field.value = field.value.replace(/"[0-9a-f]{42}"/, `"${other}"`);
        return fields.filter(({ value }) => value.includes(other)).length;
      }, OF_ANOTHER_BUILD);
    expect(renamed).toBe(1);
    await page.getByLabel('Name').fill('Quentin Ferry');
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page is older than the server');
    await page.getByRole('link', { name: 'Open it anew' }).click();
    await expect(page).toHaveURL('/account');
    await expect(page.getByLabel('Name')).toHaveValue(signedIn.name);
  });
});
