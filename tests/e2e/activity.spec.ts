import type { Page } from '@playwright/test';
import { logIn } from '@/tests/support/browser/people';
import { ageProofs, sql } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

const events = (page: Page) => page.getByRole('list', { name: 'Activity' }).getByRole('listitem');
const secure = (page: Page) => page.getByRole('button', { name: 'Sign out everywhere else and choose a new password' });

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('what happened is told in words, and a button does what is to be done about a stranger', async ({
      page,
      openBrowser,
      origin,
      signedIn: person,
    }) => {
      const phone = await openBrowser({ userAgent: IPHONE });
      await logIn(phone.request, origin, person);
      await page.goto('/account');
      await page.getByRole('link', { name: 'Activity' }).click();
      await expect(page).toHaveURL('/account/activity');
      const stranger = events(page).first();
      await expect(stranger).toContainText('Signed in');
      await expect(stranger).toContainText('Safari on iOS');
      await expect(stranger.getByRole('time')).toHaveCount(1);
      await expect(events(page).filter({ hasText: 'The account was made' })).toHaveCount(1);
      await expect(page.getByRole('link', { name: 'Older' })).toHaveCount(0);

      await ageProofs(backend().databaseUrl, person.email);
      await secure(page).click();
      await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
      await page.getByLabel('Password', { exact: true }).fill('not-the-one-that-was-set-here');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(
        'This is not your password',
      );
      expect((await phone.request.get('/api/auth/session')).status()).toBe(200);
      await page.getByLabel('Password', { exact: true }).fill(person.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(
        page.getByRole('status').filter({ hasText: 'Every other browser and program was signed out.' }),
      ).toBeVisible();
      await expect(page.getByRole('button', { name: 'Change password' })).toBeVisible();
      expect((await phone.request.get('/api/auth/session')).status()).toBe(401);
      await page.goto('/account/activity');
      await expect(events(page).filter({ hasText: 'A session was ended' })).toHaveCount(1);
    });
  });
}

test('"Older" leads to what came before, to the end', async ({ page, signedIn: person }) => {
  await sql(
    backend().databaseUrl,
    `INSERT INTO "AuditEvent" (type, "userId") SELECT 'name_changed', id FROM "User", generate_series(1, 40) WHERE email = $1`,
    [person.email],
  );
  await page.goto('/account/activity');
  await expect(events(page)).toHaveCount(25);
  await page.getByRole('link', { name: 'Older' }).click();
  await expect(events(page).filter({ hasText: 'The account was made' })).toHaveCount(1);
  await expect(page.getByRole('link', { name: 'Older' })).toHaveCount(0);
  await page.getByRole('link', { name: 'Newest' }).click();
  await expect(events(page)).toHaveCount(25);
});

test('by keyboard alone, with a proof that is fresh: the button does it, and what follows is heard', async ({
  page,
  signedIn: _signedIn,
}) => {
  await page.goto('/account/activity');
  await secure(page).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Now choose a new password.' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Current password', { exact: true })).toBeFocused();
});
