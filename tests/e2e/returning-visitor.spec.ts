import type { BrowserContext, Page } from '@playwright/test';
import { ACCESS, cookieText, loseAccessCookie } from '@/tests/support/browser/cookies';
import { expect, test } from './fixtures';

/** Signs in by the form, and keeps what remains after five minutes: the refresh cookie. */
async function comesBack(page: Page, context: BrowserContext, person: { email: string; password: string }) {
  await page.goto('/login');
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByLabel('Keep me signed in').check();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/dashboard');
  await loseAccessCookie(context);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('somebody who is kept signed in looks signed in at every page they come back to', async ({
      page,
      context,
      member,
    }) => {
      await comesBack(page, context, member);
      await page.goto('/');
      await expect(
        page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' }),
      ).toBeVisible();
      expect(await cookieText(context, ACCESS)).not.toBe('');
      for (const path of ['/login', '/register']) {
        await loseAccessCookie(context);
        await page.goto(path);
        await expect(page.getByText('You are signed in', { exact: false })).toBeVisible();
        await expect(page.getByText(member.email)).toBeVisible();
        expect(await cookieText(context, ACCESS)).not.toBe('');
      }
      await page.getByRole('link', { name: 'Go to dashboard' }).click();
      await expect(page).toHaveURL('/dashboard');
    });
  });
}
