import type { Page } from '@playwright/test';
import { setUpApp } from '@/tests/support/browser/factors';
import { ADMIN, logIn, newPerson, type Person, signUp } from '@/tests/support/browser/people';
import { ageProofs } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

/** Opens the page of somebody, found by address as an admin would. */
async function openPerson(page: Page, { email }: Person): Promise<void> {
  await page.goto('/admin/users');
  await page.getByLabel('Search by email').fill(email.slice(0, 20).toUpperCase());
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('main').getByRole('status').first()).toHaveText('1 found');
  await page.getByRole('row').filter({ hasText: email }).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1, name: 'User' })).toBeVisible();
  await expect(page.getByText(email).first()).toBeVisible();
}

const press = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name, exact: true }).click();
const said = (page: Page) => page.getByRole('main').getByRole('status').filter({ hasText: /\S/ }).first();

/** Answers the question for a proof that stands in place of the buttons. */
async function confirm(page: Page, sentence: RegExp): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeFocused();
  await expect(page.getByText(sentence)).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
}

for (const hasScripts of [true, false]) {
  test.describe(hasScripts ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled: hasScripts });

    test('an admin finds somebody, disables them after a proof, and enables them again', async ({
      page,
      context,
      origin,
      openBrowser,
    }) => {
      const theirs = await openBrowser();
      const person = await signUp(theirs.request, origin);
      await logIn(context.request, origin, ADMIN);
      await openPerson(page, person);
      await ageProofs(backend().databaseUrl, ADMIN.email);
      await press(page, 'Disable account');
      await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
      await expect(page.getByText(/You asked to disable the account of/)).toContainText(person.email);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect(page.getByRole('button', { name: 'Disable account' })).toBeVisible();
      await press(page, 'Disable account');
      await page.getByLabel('Password', { exact: true }).fill('not-the-one-that-was-set-here');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(page.getByText('This is not your password')).toBeVisible();
      await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
      await page.getByRole('button', { name: 'Confirm' }).click();
      await expect(said(page)).toContainText('The account is disabled.');
      await expect(page.getByText('Signed in nowhere.')).toBeVisible();
      expect((await theirs.request.get(`${origin}/api/me`)).status()).toBe(401);
      await expect(page.getByRole('list', { name: 'Audit log' }).getByRole('listitem')).toContainText([
        'A session was ended',
        'The account was disabled',
      ]);
      // The proof is recent now.
      await press(page, 'Enable account');
      await expect(said(page)).toContainText('The account is enabled again.');
      await logIn(theirs.request, origin, person);
    });
  });
}

test('an admin gives a role, ends sessions, and forces a reset, each with what it says and does', async ({
  page,
  context,
  origin,
  openBrowser,
}) => {
  const theirs = await openBrowser();
  const person = await signUp(theirs.request, origin);
  await logIn(context.request, origin, ADMIN);
  await openPerson(page, person);
  await press(page, 'Make admin');
  await expect(said(page)).toContainText('The account has its new role.');
  expect((await theirs.request.get(`${origin}/api/admin/users`)).status()).toBe(200);
  await press(page, 'Make member');
  await expect(page.getByRole('button', { name: 'Make admin' })).toBeVisible();
  await expect(said(page)).toContainText('The account has its new role.');
  await logIn(theirs.request, origin, person);
  expect((await theirs.request.get(`${origin}/api/admin/users`)).status()).toBe(403);
  await page.reload();
  await press(page, 'End all sessions');
  await expect(said(page)).toContainText('Every session of the account was ended.');
  expect((await theirs.request.get(`${origin}/api/me`)).status()).toBe(401);
  await ageProofs(backend().databaseUrl, ADMIN.email);
  await press(page, 'Force password reset');
  await confirm(page, /You asked to delete the password of/);
  await expect(said(page)).toContainText('The password is deleted');
  await expect(page.getByText('No password', { exact: true })).toBeVisible();
  const refused = await theirs.request.post(`${origin}/api/auth/login`, { headers: { origin }, data: person });
  expect(refused.status()).toBe(401);
});

test('a reset of second factors is begun with a reason and stopped again, by keyboard alone', async ({
  page,
  context,
  origin,
  openBrowser,
}) => {
  const theirs = await openBrowser();
  const person = await signUp(theirs.request, origin);
  await setUpApp(theirs.request, origin);
  await logIn(context.request, origin, ADMIN);
  await openPerson(page, person);
  await expect(page.getByText('A password, an authenticator app, 10 recovery codes')).toBeVisible();
  await page.getByRole('button', { name: 'Start factor reset' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Reason')).toHaveAccessibleDescription(/Say why/);
  await expect(page.getByLabel('Reason')).toBeFocused();
  await ageProofs(backend().databaseUrl, ADMIN.email);
  await page.keyboard.type('lost the phone, called from the office');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeFocused();
  await expect(page.getByText('lost the phone, called from the office')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press('Enter');
  await expect(said(page)).toContainText('The reset of second factors is begun.');
  await expect(said(page)).toBeFocused();
  await expect(page.getByText(`Begun by ${ADMIN.email}`)).toBeVisible();
  await page.getByRole('button', { name: 'Stop factor reset' }).focus();
  await page.keyboard.press('Enter');
  await expect(said(page)).toContainText('The reset of second factors is stopped.');
  await expect(page.getByRole('button', { name: 'Start factor reset' })).toBeVisible();
});

test('the own account has no buttons that would lock its admin out', async ({ page, context, origin }) => {
  await logIn(context.request, origin, ADMIN);
  await openPerson(page, { ...newPerson(), email: ADMIN.email });
  await expect(page.getByText(/This is your own account/)).toBeVisible();
  await expect(page.getByRole('button', { name: /Disable|Make|Force|Start/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'End all sessions' })).toBeVisible();
});

test('the audit log is filtered, paged and taken as a file, which asks for a proof first', async ({
  page,
  context,
  origin,
  openBrowser,
}) => {
  const theirs = await openBrowser();
  const person = await signUp(theirs.request, origin);
  await logIn(context.request, origin, ADMIN);
  await page.goto('/admin/users');
  await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Audit log' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Audit log' })).toBeVisible();
  await page.getByLabel('User').fill(person.email);
  await page.getByRole('button', { name: 'Filter' }).click();
  const events = page.getByRole('list', { name: 'Audit log' }).getByRole('listitem');
  await expect(events.last()).toContainText('The account was made');
  await page.getByLabel('Event').selectOption({ label: 'Signed in' });
  await page.getByLabel('From').fill('2020-01-01T00:00');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(events).toHaveText([/Signed in/]);
  await expect(page.getByLabel('User')).toHaveValue(person.email);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as JSON lines' }).click();
  const file = await (await download).createReadStream();
  const text = (await file.toArray()).join('');
  expect(
    text
      .trim()
      .split('\n')
      .map((line: string) => JSON.parse(line).type),
  ).toEqual(['signed_in']);
  await ageProofs(backend().databaseUrl, ADMIN.email);
  await page.getByRole('button', { name: 'Export as JSON lines' }).click();
  await expect(page).toHaveURL(/\/step-up\?next=%2Fadmin%2Faudit/);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page).toHaveURL(/\/admin\/audit\?.*type=signed_in/);
  await page.getByLabel('User').fill('nobody@people.example');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByLabel('User')).toHaveAccessibleDescription(/Nobody has this address/);
});

test('for a member there is no page of anybody, and no audit log', async ({ page, signedIn, expectFault }) => {
  expectFault(/status of 404/);
  const me = (await (await page.request.get('/api/me')).json()).user;
  expect(me.email).toBe(signedIn.email);
  for (const path of [`/admin/users/${me.id}`, '/admin/users/AAAAAAAAAAAAAAAAAAAAAA', '/admin/audit']) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
    await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
    expect(await (await page.request.get(path)).text()).not.toMatch(/(?:User|Audit log) · /);
  }
});
