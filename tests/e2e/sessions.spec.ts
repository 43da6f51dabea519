import type { Page } from '@playwright/test';
import { logIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

const entries = (page: Page) => page.locator('#main').getByRole('listitem');

test('the list names every device, tells which one this is, and ends one after asking back', async ({
  page,
  openBrowser,
  origin,
  signedIn,
}) => {
  const phone = await openBrowser({ userAgent: IPHONE });
  await logIn(phone.request, origin, signedIn);
  const phonePage = await phone.newPage();
  await phonePage.goto('/account');
  await expect(phonePage.getByText(signedIn.email)).toBeVisible();

  await page.goto('/account/sessions');
  await expect(entries(page)).toHaveCount(2);
  const own = entries(page).filter({ hasText: 'This browser' });
  await expect(own).toHaveCount(1);
  await expect(own.getByRole('button')).toHaveCount(0);
  const other = entries(page).filter({ hasText: 'Safari on iOS' });
  await other.getByRole('button', { name: 'End session on Safari on iOS' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'End the session on Safari on iOS?' });
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect(dialog).toBeHidden();
  await expect(entries(page)).toHaveCount(2);

  await other.getByRole('button', { name: /^End session/ }).click();
  await dialog.getByRole('button', { name: 'End session' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The session was ended.' })).toBeVisible();
  await expect(entries(page)).toHaveCount(1);
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();

  await phonePage.reload();
  await expect(phonePage).toHaveURL('/login?next=%2Faccount');
  await page.reload();
  await expect(page).toHaveURL(/\/account\/sessions/);
});

test('a program is listed as an API session, and its token dies when it is ended', async ({
  page,
  request,
  origin,
  signedIn,
}) => {
  const { email, password } = signedIn;
  const answer = await request.post(`${origin}/api/auth/token`, {
    form: { email, password },
    headers: { 'user-agent': 'curl/8.5.0' },
  });
  expect(answer.status()).toBe(200);
  const { access_token: token }: { access_token: string } = await answer.json();
  const withToken = { headers: { authorization: `Bearer ${token}` } };
  expect((await request.get(`${origin}/api/me`, withToken)).status()).toBe(200);

  await page.goto('/account/sessions');
  const program = entries(page).filter({ hasText: 'curl' }).filter({ hasText: 'API' });
  await expect(program).toHaveCount(1);
  await program.getByRole('button', { name: /^End session/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End session' }).click();
  await expect(entries(page)).toHaveCount(1);
  expect((await request.get(`${origin}/api/me`, withToken)).status()).toBe(401);
});

test('all other sessions end at once and this one stays', async ({ page, openBrowser, origin, signedIn }) => {
  const others = [await openBrowser({ userAgent: IPHONE }), await openBrowser({ userAgent: FIREFOX })];
  for (const other of others) await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  await expect(entries(page)).toHaveCount(3);
  await page.getByRole('button', { name: 'End all other sessions' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'End 2 other sessions?' });
  await dialog.getByRole('button', { name: 'End all other sessions' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'All other sessions were ended.' })).toBeVisible();
  await expect(entries(page)).toHaveCount(1);
  for (const other of others) {
    const otherPage = await other.newPage();
    await otherPage.goto('/dashboard');
    await expect(otherPage).toHaveURL('/login?next=%2Fdashboard');
  }
  await page.goto('/dashboard');
  await expect(page.getByText(signedIn.email)).toBeVisible();
});

test('a session that ended meanwhile is reported as such', async ({ page, openBrowser, origin, signedIn }) => {
  const other = await openBrowser({ userAgent: FIREFOX });
  await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  await other.request.post(`${origin}/api/auth/logout`, { headers: { origin }, data: {} });
  await page.getByRole('button', { name: /^End session/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'End session' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'That session had already ended.' })).toBeVisible();
  await expect(entries(page)).toHaveCount(1);
});

test('nobody can end the session of somebody else', async ({
  openBrowser,
  origin,
  member,
  context,
  signedIn: _own,
}) => {
  const others = await openBrowser();
  await logIn(others.request, origin, member);
  const answer: { sid: string } = await (await others.request.get('/api/auth/session')).json();
  const refused = await context.request.delete(`/api/auth/sessions/${answer.sid}`, { headers: { origin } });
  expect(refused.status()).toBe(404);
  expect((await others.request.get('/api/auth/session')).status()).toBe(200);
});

for (const javaScriptEnabled of [true, false]) {
  test(`three alike are told apart by a name, with scripts ${javaScriptEnabled ? 'on' : 'off'}`, async ({
    openBrowser,
    origin,
    context,
    signedIn,
  }) => {
    const others = [await openBrowser({ userAgent: FIREFOX }), await openBrowser({ userAgent: FIREFOX })];
    for (const other of others) await logIn(other.request, origin, signedIn);
    const mine = await openBrowser({ javaScriptEnabled, storageState: await context.storageState() });
    const page = await mine.newPage();
    await page.goto('/account/sessions');
    const alike = entries(page).filter({ hasText: 'Firefox on Linux' });
    await expect(alike).toHaveCount(2);
    await expect(alike.first()).toContainText('Last proof, by password');
    await alike.first().locator('summary').click();
    const field = alike.first().getByLabel('Session name');
    await field.fill('\u202e');
    await alike.first().getByRole('button', { name: 'Save name' }).click();
    await expect(field).toHaveAccessibleDescription(/of which one can be seen/);
    await field.fill('Kitchen tablet');
    await alike.first().getByRole('button', { name: 'Save name' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'The session has its new name.' })).toBeVisible();
    const kitchen = entries(page).filter({ hasText: 'Kitchen tablet' });
    await expect(kitchen).toHaveCount(1);
    await expect(kitchen).toContainText('Firefox on Linux');
    await kitchen.getByRole('button', { name: 'End session on Kitchen tablet' }).click();
    if (javaScriptEnabled) await page.getByRole('alertdialog').getByRole('button', { name: 'End session' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'The session was ended.' })).toBeVisible();
    await expect(entries(page)).toHaveCount(2);
    await expect(kitchen).toHaveCount(0);
  });
}

test('every session ends at once, this one too', async ({ page, openBrowser, origin, context, signedIn }) => {
  const other = await openBrowser({ userAgent: FIREFOX });
  await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'You are signed out on this browser.' })).toBeVisible();
  for (const { request } of [context, other]) expect((await request.get('/api/auth/session')).status()).toBe(401);
});
