import { ACCESS, cookieOf, loseAccessCookie, REFRESH } from '@/tests/support/browser/cookies';
import { logIn, newPerson } from '@/tests/support/browser/people';
import { mailedCode, otherThan } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { expect, test } from './fixtures';

test.use({ javaScriptEnabled: false });

test('somebody signs in, lands where they wanted to go, and signs out', async ({ page, context, member }) => {
  await page.goto('/account');
  await expect(page).toHaveURL('/login?next=%2Faccount');
  await page.getByLabel('Email').fill(member.email);
  await page.getByLabel('Password', { exact: true }).fill(member.password);
  await page.getByLabel('Keep me signed in').check();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByText(member.email)).toBeVisible();
  expect((await cookieOf(context, REFRESH))?.expires).toBeGreaterThan(Date.now() / 1000 + 86_400);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login?ended=signed_out');
  await expect(page.getByRole('status').filter({ hasText: 'You are signed out' })).toBeVisible();
  expect(await cookieOf(context, ACCESS)).toBeUndefined();
  expect(await cookieOf(context, REFRESH)).toBeUndefined();
});

test('a wrong password comes back with the message and keeps the page that was wanted', async ({ page, member }) => {
  await page.goto('/account');
  await page.getByLabel('Email').fill(member.email);
  await page.getByLabel('Password', { exact: true }).fill('another-password-altogether');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is not right' })).toBeVisible();
  expect(page.url()).not.toContain(encodeURIComponent(member.email));
  await expect(page.getByLabel('Email')).toHaveValue(member.email);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  await page.getByLabel('Password', { exact: true }).fill(member.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/account');
});

test('a visitor signs up: refused password, wrong code, right code', async ({ page, origin }) => {
  const person = newPerson();
  await page.goto('/register');
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill('password-password-123');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/guessers try first/);
  await expect(page.getByLabel('Name')).toHaveValue(person.name);
  await expect(page.getByLabel('Email')).toHaveValue(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL('/verify-email');
  const code = await mailedCode(targetAt(origin), person.email);
  await page.getByLabel('Code').fill(otherThan(code));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'This code is not valid' })).toBeVisible();
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`You are in, ${person.name}`);
});

test('a name is changed, also when the access token has ended', async ({ page, context, signedIn: _signedIn }) => {
  await page.goto('/account');
  await page.getByLabel('Name').fill('Quentin Ferry');
  await loseAccessCookie(context);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved. Hello, Quentin Ferry.' })).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Quentin Ferry');
  await page.goto('/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are in, Quentin Ferry');
});

test('a name that is too long is refused with the reason, and what was typed is kept', async ({
  page,
  signedIn: _signedIn,
}) => {
  const long = 'x'.repeat(81);
  await page.goto('/account');
  await page.getByLabel('Name').fill(long);
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByLabel('Name')).toHaveAccessibleDescription(/Use 80 characters or fewer/);
  await expect(page.getByLabel('Name')).toHaveValue(long);
});

test('another session is ended by its button', async ({ page, openBrowser, origin, signedIn }) => {
  const other = await openBrowser({ javaScriptEnabled: false });
  await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  await page.getByRole('button', { name: /^End session/ }).click();
  await expect(page).toHaveURL('/account/sessions?done=one');
  await expect(page.getByText('The session was ended.')).toBeVisible();
  const otherPage = await other.newPage();
  await otherPage.goto('/dashboard');
  await expect(otherPage).toHaveURL('/login?next=%2Fdashboard');
});

test('controls that only scripts can serve are not shown', async ({ page, signedIn: _signedIn }) => {
  await page.goto('/dashboard');
  await expect(page.getByRole('button', { name: 'Refresh now' })).toBeHidden();
  await page.goto('/login');
  await expect(page.getByRole('button', { name: 'Show password' })).toBeHidden();
});

test('what was typed is shown to the form that was refused, and to no other visit of its page', async ({
  page,
  member,
}) => {
  await page.goto('/login');
  await page.getByLabel('Email').fill(member.email);
  await page.getByLabel('Password', { exact: true }).fill('another-password-altogether');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByLabel('Email')).toHaveValue(member.email);
  await page.goto('/login');
  await expect(page.getByLabel('Email')).toHaveValue('');
});
