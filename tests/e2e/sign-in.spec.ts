import { cookieOf, REFRESH } from '@/tests/support/browser/cookies';
import { signIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

test('a person signs in with address and password and sees the dashboard', async ({ page, member }) => {
  await page.goto('/login');
  await signIn(page, member);
  await expect(page).toHaveURL('/dashboard');
  await expect(page.getByText(member.email)).toBeVisible();
});

test('the address may be typed in any case and with blanks around it', async ({ page, member }) => {
  await page.goto('/login');
  await signIn(page, { ...member, email: ` ${member.email.toUpperCase()} ` });
  await expect(page).toHaveURL('/dashboard');
});

test('a wrong password is refused: the message is announced, the address kept, the password ready to be retyped', async ({
  page,
  member,
  expectFault,
}) => {
  expectFault(/status of 401/);
  await page.goto('/login');
  await signIn(page, { ...member, password: 'another-password-altogether' });
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is not right' })).toBeVisible();
  await expect(page).toHaveURL('/login');
  await expect(page.getByLabel('Email')).toHaveValue(member.email);
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await page.keyboard.type(member.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/dashboard');
});

test('an unknown address is refused in the same words as a wrong password', async ({ page, expectFault }) => {
  expectFault(/status of 401/);
  await page.goto('/login');
  await signIn(page, { email: 'nobody@people.example', password: 'another-password-altogether' });
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is not right' })).toBeVisible();
});

test('an empty form names both fields and asks the server nothing', async ({ page }) => {
  let asked = 0;
  await page.route('**/api/auth/login', (route) => {
    asked += 1;
    return route.continue();
  });
  await page.goto('/login');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription('Enter the email address of your account');
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription('Enter your password');
  await expect(page.getByLabel('Email')).toBeFocused();
  expect(asked).toBe(0);
});

test('without a server the form says so and keeps what was typed', async ({ page, context, member, expectFault }) => {
  expectFault(/ERR_INTERNET_DISCONNECTED/);
  await page.goto('/login');
  await context.setOffline(true);
  await signIn(page, member);
  await expect(page.getByRole('alert').filter({ hasText: 'could not be reached' })).toBeVisible();
  await expect(page.getByLabel('Email')).toHaveValue(member.email);
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/dashboard');
});

test('a session ends with the browser, unless "Keep me signed in" is ticked: then it lasts a week', async ({
  page,
  context,
  member,
}) => {
  await page.goto('/login');
  await signIn(page, member);
  await expect(page).toHaveURL('/dashboard');
  const passing = await cookieOf(context, REFRESH);
  expect(passing).toMatchObject({ expires: -1, httpOnly: true, sameSite: 'Lax', path: '/' });

  await page.goto('/login');
  await page.getByLabel('Keep me signed in').check();
  await signIn(page, member);
  await expect(page).toHaveURL('/dashboard');
  const lasting = await cookieOf(context, REFRESH);
  const days = ((lasting?.expires ?? 0) - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(6.99);
  expect(days).toBeLessThan(7.01);
});

test('a guest who wanted a protected page is led to the login and then to that page', async ({ page, member }) => {
  await page.goto('/account/sessions?done=one');
  await expect(page).toHaveURL('/login?next=%2Faccount%2Fsessions%3Fdone%3Done');
  await signIn(page, member);
  await expect(page).toHaveURL('/account/sessions?done=one');
});

test('a wrong password in between does not lose the page that was wanted', async ({ page, member, expectFault }) => {
  expectFault(/status of 401/);
  await page.goto('/account');
  await signIn(page, { ...member, password: 'another-password-altogether' });
  await expect(page.getByRole('alert').filter({ hasText: 'Email or password is not right' })).toBeVisible();
  await signIn(page, member);
  await expect(page).toHaveURL('/account');
});

test('signing in again in the same browser ends the session before it', async ({ page, signedIn }) => {
  await page.goto('/login');
  await expect(page.getByText('You are signed in')).toBeVisible();
  await signIn(page, signedIn);
  await expect(page).toHaveURL('/dashboard');
  await page.goto('/account/sessions');
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
});

test('a sign-in leads nowhere but to our own pages, whatever the address says', async ({ page, member }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).hostname));
  for (const next of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/api/me',
    '/login',
  ]) {
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await expect(page.locator('input[name="next"]'), next).toHaveValue('/dashboard');
  }
  await page.goto('/login?next=//evil.example/');
  await signIn(page, member);
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expect(page).toHaveURL('/dashboard');
  expect([...hosts]).toEqual(['localhost']);
});
