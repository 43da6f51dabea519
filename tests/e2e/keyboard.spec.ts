import type { Locator, Page } from '@playwright/test';
import { logIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

/** What a person sees of the focus: an outline at least two pixels wide. */
async function expectVisibleFocus(target: Locator): Promise<void> {
  await expect(target).toBeFocused();
  const outline = await target.evaluate((element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    return { outlineStyle, width: Number.parseFloat(outlineWidth), outlineColor };
  });
  expect(outline.outlineStyle).not.toBe('none');
  expect(outline.width).toBeGreaterThanOrEqual(2);
  expect(outline.outlineColor).not.toMatch(/rgba\(.*, 0\)$/);
}

/** Presses Tab until `target` has the focus, which must be seen at every stop. */
async function tabTo(page: Page, target: Locator, most = 15): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    await expectVisibleFocus(page.locator(':focus'));
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${target} was not reached with ${most} presses of Tab`);
}

test('somebody signs in, looks around and signs out with the keyboard alone', async ({ page, member }) => {
  await page.goto('/login');
  await tabTo(page, page.getByLabel('Email'));
  await page.keyboard.type(member.email);
  await tabTo(page, page.getByLabel('Password', { exact: true }), 1);
  await page.keyboard.type(member.password);
  await tabTo(page, page.getByRole('button', { name: 'Show password' }), 1);
  await page.keyboard.press('Space');
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('type', 'text');
  await expect(page.getByRole('button', { name: 'Hide password' })).toBeFocused();
  await tabTo(page, page.getByLabel('Keep me signed in'), 1);
  await page.keyboard.press('Space');
  await expect(page.getByLabel('Keep me signed in')).toBeChecked();
  await tabTo(page, page.getByRole('button', { name: 'Sign in', exact: true }), 1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');

  await tabTo(page, page.getByRole('link', { name: 'Account' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/account');
  await tabTo(page, page.getByRole('button', { name: 'Sign out' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/login(\?ended=signed_out)?$/);
});

test('Enter in the password field signs in', async ({ page, member }) => {
  await page.goto('/login');
  await page.getByLabel('Email').fill(member.email);
  await page.getByLabel('Password', { exact: true }).focus();
  await page.keyboard.type(member.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');
});

test('on every page the first stop skips to the content', async ({ page, signedIn: _signedIn }) => {
  for (const path of ['/', '/login', '/register', '/verify-email', '/dashboard', '/account/sessions', '/dev/mail']) {
    await page.goto(path);
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the content' });
    await expectVisibleFocus(skip);
    await expect(skip).toBeInViewport();
    await page.keyboard.press('Enter');
    await expect(page.locator('main'), path).toBeFocused();
  }
});

test('the dialog holds the focus, Escape keeps the session, and the focus goes back to its button', async ({
  page,
  openBrowser,
  origin,
  signedIn,
}) => {
  const other = await openBrowser();
  await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  const asking = page.getByRole('button', { name: /^End session/ });
  await tabTo(page, asking);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('alertdialog');
  const keep = dialog.getByRole('button', { name: 'Keep' });
  const end = dialog.getByRole('button', { name: 'End session' });
  await expect(keep).toBeFocused();
  await page.keyboard.press('Tab');
  await expectVisibleFocus(end);
  await page.keyboard.press('Tab');
  await expectVisibleFocus(keep);
  await page.keyboard.press('Shift+Tab');
  await expectVisibleFocus(end);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(asking).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(keep).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const outcome = page.getByRole('status').filter({ hasText: 'The session was ended.' });
  await expect(outcome).toBeFocused();
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
});
