import type { Page } from '@playwright/test';
import { cookieOf } from '@/tests/support/browser/cookies';
import { type Person, signIn } from '@/tests/support/browser/people';
import { addAuthenticator } from '@/tests/support/browser/virtual-authenticator';
import { expect, test } from './fixtures';

const INVITATION = 'handstamp-invitation';
const invitation = (page: Page) => page.getByRole('region', { name: 'Passkey', exact: true });

/** Signs in anew, and arrives at `next`. */
async function arriveAt(page: Page, next: string, person: Person): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`/login?next=${encodeURIComponent(next)}`);
  await signIn(page, person);
  await expect(page).toHaveURL(next);
}

test('whoever signs in by a password alone is offered a passkey where they arrive, and never again once they said no', async ({
  page,
  context,
  signedIn: person,
  openBrowser,
}) => {
  await arriveAt(page, '/account', person);
  await expect(invitation(page)).toBeVisible();
  await expect(invitation(page).getByRole('link', { name: 'Add a passkey' })).toHaveAttribute(
    'href',
    '/account/security',
  );
  expect(await cookieOf(context, INVITATION)).toBeUndefined();
  await invitation(page).getByRole('link').focus();
  await page.keyboard.press('Tab');
  await expect(invitation(page).getByRole('button', { name: 'Not now' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(invitation(page)).toHaveCount(0);
  await expect(page.locator('main')).toBeFocused();

  await page.reload();
  await expect(page.getByRole('button', { name: 'Save name' })).toBeVisible();
  await expect(invitation(page)).toHaveCount(0);
  const elsewhere = await (await openBrowser()).newPage();
  await arriveAt(elsewhere, '/dashboard', person);
  expect(await cookieOf(elsewhere.context(), INVITATION)).toBeUndefined();
  await expect(invitation(elsewhere)).toHaveCount(0);
});

test('nor does it come again to whoever took no notice of it, and it stays with its page', async ({
  page,
  signedIn: person,
}) => {
  await arriveAt(page, '/dashboard', person);
  await expect(invitation(page)).toBeVisible();
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByRole('button', { name: 'Save name' })).toBeVisible();
  await expect(invitation(page)).toHaveCount(0);
  await arriveAt(page, '/dashboard', person);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('You are in');
  await expect(invitation(page)).toHaveCount(0);
});

test('it is kept for a browser that can add a passkey, and leads to where that is done', async ({
  page,
  signedIn: person,
  openBrowser,
}) => {
  const scriptless = await (await openBrowser({ javaScriptEnabled: false })).newPage();
  await arriveAt(scriptless, '/dashboard', person);
  await expect(invitation(scriptless)).toBeHidden();
  const old = await openBrowser();
  await old.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  const without = await old.newPage();
  await arriveAt(without, '/dashboard', person);
  await expect(invitation(without)).toHaveCount(0);

  await addAuthenticator(page);
  await arriveAt(page, '/account/security', person);
  await expect(page.getByRole('button', { name: 'Add a passkey' })).toBeVisible();
  await expect(invitation(page)).toHaveCount(0);
  await page.goto('/dashboard');
  await invitation(page).getByRole('link', { name: 'Add a passkey' }).click();
  await expect(page).toHaveURL('/account/security');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByRole('heading', { name: 'Keep your recovery codes' })).toBeVisible();
});
