import { SITE } from '@/site';
import { ADMIN, logIn, signUp } from '@/tests/support/browser/people';
import { mailedCode } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { expect, test } from './fixtures';

test('an admin sees everybody who has an account, with role and live sessions', async ({
  page,
  context,
  origin,
  openBrowser,
}) => {
  const theirs = await openBrowser();
  const person = await signUp(theirs.request, origin);
  await logIn(context.request, origin, ADMIN);
  await page.goto('/dashboard');
  await page.getByRole('link', { name: 'Admin' }).click();
  await expect(page).toHaveURL('/admin/users');
  const row = page.getByRole('row').filter({ hasText: person.email });
  await expect(row).toContainText(person.name);
  // A name may run from right to left: it must not turn what stands beside it.
  await expect(row.locator('bdi').first()).toHaveText(person.name);
  await expect(row.locator('bdi').last()).toHaveText(person.email);
  await expect(row.getByRole('cell', { name: 'Member', exact: true })).toBeVisible();
  await expect(row.getByRole('cell').last()).toHaveText('1');
});

test('/admin leads an admin to the list of users', async ({ page, context, origin }) => {
  await logIn(context.request, origin, ADMIN);
  await page.goto('/admin');
  await expect(page).toHaveURL('/admin/users');
});

test('an admin sees which key signs, what is due, and what to type', async ({ page, context, origin }) => {
  await logIn(context.request, origin, ADMIN);
  const keySet = await (await context.request.get(`${origin}/.well-known/jwks.json`)).json();
  await page.goto('/admin/users');
  await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Keys' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Keys' })).toBeVisible();
  const signing = page.getByRole('table').first();
  for (const { kid, alg } of keySet.keys) {
    await expect(signing.getByRole('row').filter({ hasText: kid })).toContainText(alg);
  }
  await expect(signing.getByRole('cell', { name: 'Current', exact: true })).toHaveCount(1);
  await expect(page.getByRole('region', { name: 'What is due' })).toContainText('Keys rotate by hand only');
  await expect(page.getByRole('row').filter({ hasText: 'Entry 1' }).first()).toContainText('7 keys');
  await expect(page.getByRole('main').getByRole('button')).toHaveCount(0);
});

test('for a member there is no admin page: 404, and no link to one', async ({
  page,
  signedIn: _signedIn,
  expectFault,
}) => {
  expectFault(/status of 404/);
  for (const path of ['/admin', '/admin/users', '/admin/audit', '/admin/keys']) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
    await expect(page.getByRole('table')).toHaveCount(0);
    await expect(page).toHaveTitle(`Not found · ${SITE.name}`);
    const html = await (await page.request.get(path)).text();
    expect(html, 'what the page would be called').not.toMatch(/(?:Users|Keys) · /);
  }
  await page.goto('/dashboard');
  await expect(page.getByRole('link', { name: 'Admin' })).toHaveCount(0);
});

test('a guest is asked to sign in before anything is said about admin pages', async ({ page }) => {
  await page.goto('/admin/users');
  await expect(page).toHaveURL('/login?next=%2Fadmin%2Fusers');
});

test('the local mailbox shows the code, and copies it', async ({ page, context, origin, openBrowser }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const theirs = await openBrowser();
  const person = await signUp(theirs.request, origin);
  const code = await mailedCode(targetAt(origin), person.email);
  await page.goto('/dev/mail');
  const mail = page.getByRole('listitem').filter({ hasText: person.email });
  await expect(mail.getByRole('heading', { name: `Your ${SITE.name} code` })).toBeVisible();
  await expect(mail.getByText(code, { exact: true })).toBeVisible();
  await mail.getByRole('button', { name: 'Copy code' }).click();
  await expect(mail.getByRole('status')).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
});
