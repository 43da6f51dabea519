import type { Page } from '@playwright/test';
import { mailedReset, mailedUndo, setNewPassword } from '@/tests/support/http/mail-links';
import { targetAt } from '@/tests/support/http/requests';
import { expect, test } from './fixtures';

const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';

/** From the login page to the mail, as somebody who forgot their password goes. */
async function ask(page: Page, email: string): Promise<void> {
  await page.goto('/login');
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await expect(page).toHaveURL('/forgot-password');
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send reset link' }).click();
  await expect(page).toHaveURL('/forgot-password?sent=1');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Look in your mailbox');
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('who forgot their password asks for a link, chooses a new one and signs in with it', async ({
      page,
      origin,
      openBrowser,
      signedIn: person,
      expectFault,
    }) => {
      expectFault(/status of 422/);
      const elsewhere = await openBrowser({ javaScriptEnabled });
      const other = await elsewhere.newPage();
      await ask(other, person.email);
      const { token } = await mailedReset(targetAt(origin), person.email);

      const asked: string[] = [];
      other.on('request', (request) => asked.push(request.headers()['referer'] ?? ''));
      await other.goto(`/reset-password?token=${token}`);
      await expect(other.getByText(person.email)).toBeVisible();
      await expect(other).toHaveURL(javaScriptEnabled ? '/reset-password' : `/reset-password?token=${token}`);
      await other.getByLabel('New password', { exact: true }).fill('password-password-123');
      await other.getByRole('button', { name: 'Set new password' }).click();
      await expect(other.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/guessers try first/);
      await other.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
      await other.getByRole('button', { name: 'Set new password' }).click();
      await expect(other).toHaveURL(/\/login(\?reset=1)?$/);
      await expect(other.getByRole('status').filter({ hasText: 'Your new password is set' })).toBeVisible();
      expect(asked.filter((referer) => referer.includes(token))).toEqual([]);

      await other.getByLabel('Email').fill(person.email);
      await other.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
      await other.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(other).toHaveURL('/dashboard');
      // The browser that was signed in before is out.
      await page.goto('/dashboard');
      await expect(page).toHaveURL('/login?next=%2Fdashboard');
      await other.goto(`/reset-password?token=${token}`);
      await expect(other.getByRole('heading', { level: 1 })).toHaveText('This link is not valid any more');
    });

    test('whoever did not choose the new password says so by the mail, and chooses another', async ({
      origin,
      openBrowser,
      signedIn,
    }) => {
      const target = targetAt(origin);
      const browser = await openBrowser({ javaScriptEnabled });
      const page = await browser.newPage();
      await ask(page, signedIn.email);
      const { token } = await mailedReset(target, signedIn.email);
      await setNewPassword(target, token, 'thirty-borrowed-keys-and-a-ladder');
      const undo = await mailedUndo(target, signedIn.email);
      await page.goto(`/undo?token=${undo}`);
      await expect(page.getByText(signedIn.email)).toBeVisible();
      await expect(page).toHaveURL(javaScriptEnabled ? '/undo' : `/undo?token=${undo}`);
      await page.getByRole('button', { name: 'It was not me' }).click();
      await expect(page).toHaveURL(/\/login(\?undone=1)?$/);
      await expect(page.getByRole('status').filter({ hasText: 'Taken back' })).toBeVisible();
      const { token: last } = await mailedReset(target, signedIn.email, 2);
      await page.goto(`/reset-password?token=${last}`);
      await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
      await page.getByRole('button', { name: 'Set new password' }).click();
      await expect(page).toHaveURL(/\/login/);
      await page.goto(`/undo?token=${undo}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('This link is not valid any more');
    });

    test('a link that was used meanwhile says so, and leads to a new one', async ({
      origin,
      openBrowser,
      signedIn,
      expectFault,
    }) => {
      expectFault(/status of 401/);
      const browser = await openBrowser({ javaScriptEnabled });
      const first = await browser.newPage();
      await ask(first, signedIn.email);
      const { token } = await mailedReset(targetAt(origin), signedIn.email);
      const second = await browser.newPage();
      for (const tab of [first, second]) {
        await tab.goto(`/reset-password?token=${token}`);
        await tab.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
      }
      await first.getByRole('button', { name: 'Set new password' }).click();
      await expect(first).toHaveURL(/\/login/);
      await second.getByRole('button', { name: 'Set new password' }).click();
      await expect(second.getByText(/This link is not valid any more/).first()).toBeVisible();
      await second.getByRole('link', { name: 'Ask for a new' }).click();
      await expect(second).toHaveURL('/forgot-password');
    });
  });
}

test('by keyboard alone', async ({ page, member }) => {
  await page.goto('/forgot-password');
  await page.getByLabel('Email').focus();
  await page.keyboard.type(member.email);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/forgot-password?sent=1');
  await page.keyboard.press('Tab');
  await expect(page.locator(':focus')).toBeVisible();
});

test('an address that is none is named, and what was typed is kept', async ({ page, expectFault }) => {
  expectFault(/status of 422/);
  await page.goto('/forgot-password');
  await page.getByLabel('Email').fill('nobody');
  await page.getByRole('button', { name: 'Send reset link' }).click();
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription(/name@example\.com/);
  await expect(page.getByLabel('Email')).toHaveValue('nobody');
});
