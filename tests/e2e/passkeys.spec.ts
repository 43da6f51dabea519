import type { Page } from '@playwright/test';
import { newPerson, signIn } from '@/tests/support/browser/people';
import { addAuthenticator, holdSuggestions } from '@/tests/support/browser/virtual-authenticator';
import { ageProofs, sql } from '@/tests/support/database/sql';
import { mailedCode } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { backend, expect, test } from './fixtures';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Adds a passkey on the page about security, by its button; the first one brings recovery codes. */
async function addPasskey(page: Page, { isFirst }: { isFirst: boolean }): Promise<void> {
  await page.goto('/account/security');
  await button(page, 'Add a passkey').click();
  if (!isFirst) return expect(page.getByText('Your passkey is added.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Keep your recovery codes' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')).toHaveCount(10);
  await page.getByRole('link', { name: 'I have kept them' }).click();
}

/** From an empty page: one of ours would notice, and be on its way to the login page. */
async function loseCookies(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.context().clearCookies();
}

test('by keyboard, a passkey signs in by its button and as second step; it is kept under a name, and a password alone signs in no more', async ({
  page,
  signedIn,
}) => {
  const device = await addAuthenticator(page);
  await addPasskey(page, { isFirst: true });
  const list = page.getByRole('list', { name: 'Passkeys' });
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await page.getByLabel('Passkey name').fill('The blue laptop');
  await button(page, 'Rename').click();
  await expect(list.getByRole('heading')).toHaveText('The blue laptop');
  expect(await device.credentials()).toHaveLength(1);
  expect(await device.names()).toEqual([`${signedIn.email} ${signedIn.name}`]);

  await loseCookies(page);
  await page.goto('/login?next=%2Faccount%2Fsecurity');
  await button(page, 'Sign in').focus();
  await page.keyboard.press('Tab');
  await expect(button(page, 'Sign in with a passkey')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/account/security');
  await expect(list).toContainText('Last used');

  await loseCookies(page);
  // Else the device takes the suggestion before the form is sent.
  await holdSuggestions(page);
  await page.goto('/login');
  await signIn(page, signedIn);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second step');
  await expect(page.getByLabel('Recovery code')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(button(page, 'Use a passkey')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');
});

test('a passkey is picked among the suggestions for the address', async ({ page, signedIn: _signedIn }) => {
  await addAuthenticator(page);
  await addPasskey(page, { isFirst: true });
  await loseCookies(page);
  const pick = await holdSuggestions(page);
  await page.goto('/login?next=%2Faccount');
  await expect(page.getByLabel('Email')).toHaveAttribute('autocomplete', 'username webauthn');
  await page.getByLabel('Email').fill('half-typed');
  await pick();
  await expect(page).toHaveURL('/account');
});

test('a device whose person is not verified signs nobody in, and the page says so calmly', async ({
  page,
  signedIn: _signedIn,
}) => {
  const device = await addAuthenticator(page);
  await addPasskey(page, { isFirst: true });
  await loseCookies(page);
  await holdSuggestions(page);
  await page.goto('/login');
  await device.setUserVerified(false);
  await button(page, 'Sign in with a passkey').click();
  await expect(page.getByRole('alert').first()).toContainText('No passkey was used');
  await device.setUserVerified(true);
  await button(page, 'Sign in with a passkey').click();
  await expect(page).toHaveURL('/dashboard');
});

test('two devices have each their passkey; one is removed with a proof by the other, and the last one with a warning', async ({
  page,
  signedIn,
}) => {
  const phone = await addAuthenticator(page);
  await addPasskey(page, { isFirst: true });
  await phone.remove();
  const key = await addAuthenticator(page, { isSynced: false });
  await addPasskey(page, { isFirst: false });
  const items = page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem');
  await expect(items).toHaveCount(2);
  await expect(items.last()).toContainText('On one device');

  await ageProofs(backend().databaseUrl, signedIn.email);
  await items
    .first()
    .getByRole('button', { name: /^Remove/ })
    .click();
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
  await button(page, 'Use a passkey').click();
  await expect(page.getByText('The passkey is removed.')).toBeVisible();
  await expect(items).toHaveCount(1);
  await expect(items).toContainText('On one device');
  expect(await key.credentials()).toHaveLength(1);

  await items.getByRole('button', { name: /^Remove/ }).click();
  await expect(page.getByText('your password alone signs you in')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Remove this passkey?' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(button(page, 'Remove')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(items).toHaveCount(0);
  await expect.poll(() => key.credentials(), 'what the device still offers').toEqual([]);
  await loseCookies(page);
  await page.goto('/login');
  await signIn(page, signedIn);
  await expect(page).toHaveURL('/dashboard');
});

test('a device learns which passkeys are good, and the name and address of its person, from the pages that change them', async ({
  page,
  origin,
  signedIn,
}) => {
  const device = await addAuthenticator(page);
  await addPasskey(page, { isFirst: true });
  await page.goto('/account');
  await page.getByLabel('Name').fill('Robin Ferry');
  await button(page, 'Save name').click();
  await expect.poll(() => device.names()).toEqual([`${signedIn.email} Robin Ferry`]);
  const { email } = newPerson();
  await page.getByLabel('New email').fill(email);
  await button(page, 'Change email').click();
  await page.getByLabel('Code').fill(await mailedCode(targetAt(origin), email));
  await button(page, 'Confirm new email').click();
  await expect.poll(() => device.names()).toEqual([`${email} Robin Ferry`]);

  // The passkey was removed while the device was away, and another one is there.
  expect(await device.credentials()).toHaveLength(1);
  const owner = `"userId" = (SELECT id FROM "User" WHERE email = $1)`;
  await sql(backend().databaseUrl, `UPDATE "Passkey" SET "credentialId" = '\\x00' WHERE ${owner}`, [email]);
  await page.goto('/account/security');
  await expect.poll(() => device.credentials(), 'what the device still offers').toEqual([]);
});

test('the page of a proof takes a passkey', async ({ page, signedIn }) => {
  await addAuthenticator(page);
  await addPasskey(page, { isFirst: true });
  await ageProofs(backend().databaseUrl, signedIn.email);
  await page.goto('/step-up?next=%2Faccount');
  await button(page, 'Use a passkey').click();
  await expect(page).toHaveURL('/account');
});

test.describe('with scripts off', () => {
  test.use({ javaScriptEnabled: false });

  test('no button asks for what only a script can do', async ({ page, signedIn: _signedIn }) => {
    await page.goto('/login');
    await expect(button(page, 'Sign in with a passkey')).toBeHidden();
    await page.goto('/account/security');
    await expect(button(page, 'Add a passkey')).toBeHidden();
  });
});
