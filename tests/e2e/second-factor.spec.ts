import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { codeOf, wrongCodeFor } from '@/tests/support/app-codes';
import { forgetLastCode, setUpApp } from '@/tests/support/browser/factors';
import { signIn } from '@/tests/support/browser/people';
import { ageProofs } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

/** Well formed, and nobody's. */
const NO_CODE = '0000-0000-0000-0000-0000-0000';
const NEW_PASSWORD = 'ninety-copper-geese-over-the-loch';

const appField = (page: Page) => page.getByLabel('Authentication code');
/** By which a password manager knows whose code a form is about. */
const accountName = (page: Page) => page.locator('input[name="username"][autocomplete="username"]').first();
const recoveryField = (page: Page) => page.getByLabel('Recovery code');
const alert = (page: Page, text: string | RegExp) => page.getByRole('alert').filter({ hasText: text });
const codeList = (page: Page) => page.getByRole('list', { name: 'Recovery codes' });
const question = (page: Page) => page.getByRole('heading', { name: 'Confirm it is you' });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

for (const javaScriptEnabled of [true, false]) {
  test.describe(`with scripts ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled });

    test('a password is followed by a code of the app, or by a recovery code, and nothing typed comes back', async ({
      page,
      context,
      origin,
      signedIn: person,
      expectFault,
    }) => {
      expectFault(/status of 401/);
      const { key, codes, used } = await setUpApp(context.request, origin);
      await context.clearCookies();
      await page.goto('/account');
      await signIn(page, person);
      await expect(page).toHaveURL('/login/mfa?next=%2Faccount');
      await expect(page.getByText(person.email)).toBeVisible();
      await expect(appField(page)).toHaveAttribute('autocomplete', 'one-time-code');
      await expect(appField(page)).toHaveAttribute('inputmode', 'numeric');
      await expect(accountName(page)).toHaveValue(person.email);
      const wrong = wrongCodeFor(key);
      await appField(page).fill(wrong);
      await press(page, 'Continue');
      await expect(alert(page, 'This code is not right, or was used')).toBeVisible();
      expect([page.url(), await page.content()].join().includes(wrong)).toBe(false);
      await appField(page).fill(used);
      await press(page, 'Continue');
      await expect(alert(page, 'This code is not right, or was used')).toBeVisible();
      await expect(page).toHaveURL(/\/login\/mfa/);

      await page.getByRole('link', { name: 'Use a recovery code' }).click();
      await expect(recoveryField(page)).toHaveAttribute('autocomplete', 'off');
      await expect(recoveryField(page)).toHaveAttribute('type', 'text');
      await expect(recoveryField(page)).not.toHaveAttribute('inputmode');
      await recoveryField(page).fill(NO_CODE);
      await press(page, 'Continue');
      await expect(alert(page, 'This recovery code is not right')).toBeVisible();
      expect([page.url(), await page.content()].join().includes(NO_CODE)).toBe(false);
      await recoveryField(page).fill(codes[0]?.toLowerCase() ?? '');
      await press(page, 'Continue');
      await expect(page).toHaveURL('/account');

      await press(page, 'Sign out');
      await expect(page).toHaveURL(/\/login/);
      await forgetLastCode(backend().databaseUrl, person.email);
      await page.goto('/login?next=%2Faccount');
      await signIn(page, person);
      await page.getByRole('link', { name: 'Use a recovery code' }).click();
      await page.getByRole('link', { name: 'Use your authenticator app' }).click();
      // The clock of this phone is half a minute ahead.
      await appField(page).fill(codeOf(key, 1));
      await press(page, 'Continue');
      await expect(page).toHaveURL('/account');
    });

    test('a change with an old proof asks for a code of the app, or for a recovery code, and is made once', async ({
      page,
      context,
      origin,
      signedIn: person,
      expectFault,
    }) => {
      expectFault(/status of 401/);
      const { databaseUrl } = backend();
      const { key, codes } = await setUpApp(context.request, origin);
      await forgetLastCode(databaseUrl, person.email);
      await ageProofs(databaseUrl, person.email);
      await page.goto('/account');
      await page.getByLabel('New email').fill('elsewhere@people.example');
      await press(page, 'Change email');
      await expect(question(page)).toBeVisible();
      await expect(accountName(page)).toHaveValue(person.email);
      await expect(page.getByLabel('Password', { exact: true })).toHaveCount(0);
      await appField(page).fill(wrongCodeFor(key));
      await press(page, 'Confirm');
      await expect(appField(page)).toHaveAccessibleDescription(/This code is not right/);
      await expect(appField(page)).toHaveValue('');
      await press(page, 'Use a recovery code');
      await expect(page.getByText('elsewhere@people.example')).toBeVisible();
      await recoveryField(page).fill(NO_CODE);
      await press(page, 'Confirm');
      await expect(recoveryField(page)).toHaveAccessibleDescription(/This recovery code is not right/);
      await expect(recoveryField(page)).toHaveValue('');
      await press(page, 'Use your authenticator app');
      await appField(page).fill(codeOf(key));
      await press(page, 'Confirm');
      await expect(page.getByRole('status').filter({ hasText: 'A code is on its way' })).toBeVisible();
      await expect(page).toHaveURL(/\/account(\?done=code_sent)?$/);

      await ageProofs(databaseUrl, person.email);
      await page.goto('/step-up?next=%2Faccount%2Fsecurity');
      await expect(appField(page)).toBeVisible();
      await page.getByRole('link', { name: 'Use a recovery code' }).click();
      await recoveryField(page).fill(NO_CODE);
      await press(page, 'Confirm');
      await expect(alert(page, 'This recovery code is not right')).toBeVisible();
      await recoveryField(page).fill(codes[0] ?? '');
      await press(page, 'Confirm');
      await expect(page).toHaveURL('/account/security');

      await ageProofs(databaseUrl, person.email);
      const fillPasswords = async (current: string) => {
        await page.getByLabel('Current password', { exact: true }).fill(current);
        await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
        await press(page, 'Change password');
      };
      await fillPasswords('not-the-one-that-was-set-here');
      await expect(page.getByLabel('Current password', { exact: true })).toHaveAccessibleDescription(
        'This is not your password',
      );
      await fillPasswords(person.password);
      await expect(page.getByText('You asked to change the password of your account.')).toBeVisible();
      // Neither the passwords nor what is kept of them may be read in the page that asks.
      const asked = await page.content();
      expect([NEW_PASSWORD, person.password, '$2b$', 'passwordHash'].filter((text) => asked.includes(text))).toEqual(
        [],
      );
      await press(page, 'Use a recovery code');
      await recoveryField(page).fill(NO_CODE);
      await press(page, 'Confirm');
      await expect(recoveryField(page)).toHaveAccessibleDescription(/This recovery code is not right/);
      await recoveryField(page).fill(codes[1] ?? '');
      await press(page, 'Confirm');
      await expect(page.getByRole('status').filter({ hasText: 'Your password is changed' })).toBeVisible();
      await context.clearCookies();
      await page.goto('/login');
      await signIn(page, { ...person, password: NEW_PASSWORD });
      await expect(page).toHaveURL('/login/mfa');
    });

    test('an app is set up with a fresh proof and its first code, codes are shown once, and it is removed again', async ({
      page,
      context,
      origin,
      signedIn: person,
    }) => {
      const { databaseUrl } = backend();
      await ageProofs(databaseUrl, person.email);
      await page.goto('/account/security');
      await press(page, 'Set up authenticator app');
      await expect(question(page)).toBeVisible();
      const password = page.getByLabel('Password', { exact: true });
      await password.fill('not-the-one-that-was-set-here');
      await press(page, 'Confirm');
      await expect(password).toHaveAccessibleDescription('This is not your password');
      await expect(password).toHaveValue('');
      await password.fill(person.password);
      await press(page, 'Confirm');
      await expect(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible();
      await expect(page).toHaveURL('/account/security');
      await expect(accountName(page)).toHaveValue(person.email);
      await expect(appField(page)).toHaveAttribute('autocomplete', 'one-time-code');
      const key = ((await page.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).textContent()) ?? '').replaceAll(' ', '');
      const wrong = wrongCodeFor(key);
      await appField(page).fill(wrong);
      await press(page, 'Turn on');
      await expect(appField(page)).toHaveAccessibleDescription(/This code is not right/);
      await expect(appField(page)).toHaveValue('');
      await appField(page).fill(codeOf(key));
      await press(page, 'Turn on');
      await expect(codeList(page).getByRole('listitem')).toHaveCount(10);
      await expect(page.getByText('Your authenticator app is on')).toBeVisible();
      const codes = await codeList(page).getByRole('listitem').allInnerTexts();
      expect(codes.every((code) => /^([0-9A-Z]{4}-){5}[0-9A-Z]{4}$/.test(code))).toBe(true);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('handstamp-recovery-codes.txt');
      const file = await readFile(await download.path(), 'utf8');
      for (const code of codes) expect(file).toContain(code);
      const cookies = JSON.stringify(await context.cookies());
      expect(codes.filter((code) => cookies.includes(code) || page.url().includes(code))).toEqual([]);
      expect((await context.request.get(`${origin}/api/auth/session`)).status()).toBe(200);

      await page.reload();
      await expect(page.getByRole('button', { name: 'Remove authenticator app' })).toBeVisible();
      await expect(codeList(page)).toHaveCount(0);
      await expect(page.getByText('10 codes are left.')).toBeVisible();
      await press(page, 'Make new recovery codes');
      await expect(codeList(page).getByRole('listitem')).toHaveCount(10);
      const [newest = ''] = await codeList(page).getByRole('listitem').allInnerTexts();
      expect(codes).not.toContain(newest);
      // Without scripts the same form is sent again, and must not kill what was just kept.
      await page.reload();
      await expect(page.getByRole('button', { name: 'Make new recovery codes' })).toBeVisible();
      await expect(codeList(page)).toHaveCount(0);

      await ageProofs(databaseUrl, person.email);
      await page.goto('/account/security');
      await press(page, 'Remove authenticator app');
      await expect(page.getByText('After that your password alone signs you in')).toBeVisible();
      await press(page, 'Use a recovery code');
      await recoveryField(page).fill(newest);
      await press(page, 'Confirm');
      await expect(page.getByRole('status').filter({ hasText: 'Your authenticator app is removed' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Set up authenticator app' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Make new recovery codes' })).toHaveCount(0);
    });
  });
}

test('by keyboard alone: what comes in place of a button takes the focus, Enter goes on, and other tabs are told', async ({
  page,
  context,
  signedIn: _signedIn,
}) => {
  const other = await context.newPage();
  await other.goto('/account');
  await other.evaluate(() => {
    new BroadcastChannel('handstamp').onmessage = ({ data }) => document.body.setAttribute('data-heard', String(data));
  });
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Set up authenticator app' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Set up your authenticator app' })).toBeFocused();
  await page.keyboard.press('Tab');
  const address = (await page.locator(':focus').getAttribute('href')) ?? '';
  expect(address).toMatch(/^otpauth:\/\/totp\//);
  await page.keyboard.press('Tab');
  await expect(appField(page)).toBeFocused();
  await page.keyboard.type(codeOf(new URL(address).searchParams.get('secret') ?? ''));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Keep your recovery codes' })).toBeFocused();
  await expect(other.locator('body')).toHaveAttribute('data-heard', 'stepped-up');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Download' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('10 codes are left.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove authenticator app' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Remove your authenticator app?' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'is removed' })).toBeFocused();
});
