import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { logIn, signIn } from '@/tests/support/browser/people';
import { ageProofs } from '@/tests/support/database/sql';
import { mailTo } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { backend, expect, test } from './fixtures';

const deletion = (page: Page) => page.getByRole('button', { name: 'Delete my account' });
const said = (page: Page, text: string | RegExp) => page.getByRole('status').filter({ hasText: text });
const KEEP_LINK = /^https?:\/\/\S+(\/undo\?token=[\w-]+)$/m;

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('a person takes their data along, after a proof', async ({ page, signedIn: person }) => {
      await ageProofs(backend().databaseUrl, person.email);
      await page.goto('/account');
      await page.getByRole('link', { name: 'Data' }).click();
      await page.getByRole('button', { name: 'Export my data' }).click();
      await expect(page).toHaveURL('/step-up?next=%2Faccount%2Fdata');
      await page.getByLabel('Password', { exact: true }).fill(person.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page).toHaveURL('/account/data');
      for (let n = 0; n < 3; n += 1) {
        const downloading = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Export my data' }).click();
        const download = await downloading;
        expect(download.suggestedFilename()).toMatch(/^account-data-.+\.json$/);
        const data: object = JSON.parse(await readFile(await download.path(), 'utf8'));
        expect(data).toMatchObject({ account: { email: person.email } });
      }
      await page.getByRole('button', { name: 'Export my data' }).click();
      await expect(page.getByRole('alert').filter({ hasText: 'Too many attempts' })).toBeVisible();
    });

    test('an account is deleted after being asked twice, and kept by the link in the mail', async ({
      page,
      openBrowser,
      origin,
      signedIn: person,
      expectFault,
    }) => {
      expectFault(/status of 401/);
      const phone = await openBrowser();
      await logIn(phone.request, origin, person);
      await page.goto('/account/data');
      await deletion(page).click();
      await expect(page.getByRole('heading', { name: 'Delete your account?' })).toBeVisible();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect(page.getByRole('heading', { name: 'Delete your account?' })).toHaveCount(0);
      await deletion(page).click();
      await expect(page.getByText(person.email)).toBeVisible();
      await deletion(page).click();
      await expect(said(page, 'Your account will be deleted in seven days.')).toBeVisible();
      expect((await phone.request.get('/api/auth/session')).status()).toBe(401);
      await signIn(page, person);
      await expect(page.getByRole('alert').filter({ hasText: 'Email or password is not right' })).toBeVisible();

      const { text } = await mailTo(targetAt(origin), person.email, { pattern: /asked for it to be deleted/ });
      const link = KEEP_LINK.exec(text)?.[1] ?? '';
      await page.goto(link);
      await expect(page.getByRole('heading', { name: 'Keep your account?' })).toBeVisible();
      await page.getByRole('button', { name: 'Keep my account' }).click();
      await expect(said(page, 'Your account stays.')).toBeVisible();
      await signIn(page, person);
      await expect(page).toHaveURL('/dashboard');
      await page.goto(link);
      await expect(page.getByRole('heading', { name: 'This link is not valid any more' })).toBeVisible();
      await page.goto('/account/activity');
      await expect(page.getByText('The deletion of the account was taken back')).toBeVisible();
    });

    test('after an old proof the question asks for a new one, and says all that it does', async ({
      page,
      signedIn: person,
    }) => {
      await ageProofs(backend().databaseUrl, person.email);
      await page.goto('/account/data');
      await deletion(page).click();
      await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
      await expect(page.getByText('After seven days it is deleted')).toBeVisible();
      await page.getByLabel('Password', { exact: true }).fill(person.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(said(page, 'Your account will be deleted in seven days.')).toBeVisible();
      await page.goto('/account');
      await expect(page).toHaveURL('/login?next=%2Faccount');
    });
  });
}

test('other tabs are told, and Back shows nothing of the account', async ({ page, context, signedIn: _signedIn }) => {
  const other = await context.newPage();
  await other.goto('/account');
  await page.goto('/account/data');
  await deletion(page).click();
  await deletion(page).click();
  await expect(said(page, 'Your account will be deleted in seven days.')).toBeVisible();
  await expect(other).toHaveURL(/\/login/);
  await page.goBack();
  await expect(page).toHaveURL(/\/login/);
});

test('by keyboard alone: the question takes the focus, and Enter answers it', async ({ page, signedIn: _signedIn }) => {
  await page.goto('/account/data');
  await deletion(page).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Delete your account?' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(deletion(page)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Delete your account?' })).toHaveCount(0);
});
