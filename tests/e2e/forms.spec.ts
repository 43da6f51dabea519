import { newPerson } from '@/tests/support/browser/people';
import { sql } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

test('a fault goes away while it is corrected, and the focus stays where one types', async ({ page, expectFault }) => {
  expectFault(/status of 422/);
  await page.goto('/register');
  await page.getByLabel('Email').fill('nope');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Email')).toBeFocused();
  const password = page.getByLabel('Password', { exact: true });
  await password.focus();
  await page.keyboard.press('End');
  await page.keyboard.type('er');
  await expect(password).toHaveValue('shorter');
  await expect(password).not.toHaveAttribute('aria-invalid');
  await expect(page.getByText('Use at least 15 characters')).toHaveCount(0);
  await expect(page.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
});

test('a password is masked until its owner wants to see it, and may be pasted', async ({ page, context, origin }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  for (const path of ['/login', '/register']) {
    await page.goto(path);
    const password = page.getByLabel('Password', { exact: true });
    await expect(password).toHaveAttribute('type', 'password');
    await page.evaluate(() => navigator.clipboard.writeText('pasted by a manager, with blanks'));
    await password.focus();
    await page.keyboard.press('ControlOrMeta+V');
    await expect(password).toHaveValue('pasted by a manager, with blanks');
    await page.getByRole('button', { name: 'Show password' }).click();
    await expect(password).toHaveAttribute('type', 'text');
    await page.getByRole('button', { name: 'Hide password' }).click();
    await expect(password).toHaveAttribute('type', 'password');
  }
});

test('what was said of a name goes away while it is changed', async ({ page, signedIn: _signedIn }) => {
  await page.goto('/account');
  await page.getByLabel('Name').fill('x'.repeat(81));
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByLabel('Name')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Name').fill('Quentin Ferry');
  await expect(page.getByLabel('Name')).not.toHaveAttribute('aria-invalid');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Saved. Hello,')).toBeVisible();
  await page.getByLabel('Name').pressSequentially('!');
  await expect(page.getByText('Saved. Hello,')).toHaveCount(0);
});

test('a wait is counted down, and its end is said', async ({ page, request, expectFault }) => {
  expectFault(/status of 429/);
  const data = { email: newPerson().email, password: 'another-password-altogether' };
  for (let failures = 0; failures < 4; failures += 1) {
    expect((await request.post('/api/auth/login', { data })).status()).toBe(401);
  }
  // One more would begin with a wait of a second. This address has a longer one behind it.
  const blocked = await sql(
    backend().databaseUrl,
    `UPDATE "RateLimit" SET "blockedUntil" = now() + interval '90 seconds' WHERE key LIKE 'account:%' AND failures = 4
     RETURNING key`,
  );
  expect(blocked).toHaveLength(1);
  await page.clock.install();
  await page.goto('/login');
  await page.getByLabel('Email').fill(data.email);
  await page.getByLabel('Password', { exact: true }).fill(data.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'Too many attempts. Wait 2 minutes, then try again.' });
  await expect(alert).toContainText(/1:[12]\d|1:30/);
  await page.clock.runFor(31_000);
  await expect(alert).toContainText(/0:[45]\d/);
  await page.clock.runFor(60_000);
  await expect(alert).toContainText('You can try again now.');
});

test('a long name widens no page', async ({ page, signedIn: _signedIn }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/account');
  await page.getByLabel('Name').fill('W'.repeat(80));
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Saved. Hello,')).toBeVisible();
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
  expect(await wide()).toBe(390);
  await page.goto('/dashboard');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('WWWW');
  expect(await wide()).toBe(390);
});

test('a name written from the right turns nothing around it', async ({ page, signedIn: _signedIn }) => {
  await page.goto('/account');
  await page.getByLabel('Name').fill('ليلى 7');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByRole('status').locator('bdi')).toHaveText('ليلى 7');
  await page.goto('/dashboard');
  await expect(page.getByRole('heading', { level: 1 }).locator('bdi')).toHaveText('ليلى 7');
});
