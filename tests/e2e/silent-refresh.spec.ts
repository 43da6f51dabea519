import { isRecord } from '@/lib/core/json';
import { ACCESS, cookieText, heldClaims, loseAccessCookie, REFRESH } from '@/tests/support/browser/cookies';
import { countAudit, endGraceWindow, refreshCounters } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

const { databaseUrl } = backend();
/** A page of ours that fetches nothing ahead. */
const QUIET_PATH = '/login';

test('a page opened with the refresh cookie alone comes in one hop, private, with new cookies', async ({
  page,
  context,
  signedIn,
}) => {
  await loseAccessCookie(context);
  await endGraceWindow(databaseUrl, signedIn.email);
  const before = await cookieText(context, REFRESH);
  const answer = await page.goto('/dashboard');
  expect(answer?.status()).toBe(200);
  expect(answer?.request().redirectedFrom()).toBeNull();
  expect(await answer?.headerValue('cache-control')).toContain('no-store');
  expect(await answer?.headerValue('cache-control')).toContain('private');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  expect(await cookieText(context, ACCESS)).not.toBe('');
  expect(await cookieText(context, REFRESH)).not.toBe(before);
});

test('an access token that nobody can read is renewed like one that has ended', async ({
  page,
  context,
  origin,
  signedIn,
}) => {
  await context.addCookies([{ name: ACCESS, value: 'a.b.c', url: origin, httpOnly: true, sameSite: 'Lax' }]);
  await page.goto('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  expect(await cookieText(context, ACCESS)).not.toBe('a.b.c');
});

test('following a link inside the app renews without a new document', async ({ page, context, signedIn }) => {
  await page.goto('/dashboard');
  await page.evaluate(() => document.body.setAttribute('data-same-document', ''));
  await loseAccessCookie(context);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Account' }).click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  await expect(page.locator('body[data-same-document]')).toBeAttached();

  await loseAccessCookie(context);
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();
  await expect(page).toHaveURL('/account/sessions');
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible();
  await expect(page.locator('body[data-same-document]')).toBeAttached();
  await expect.poll(() => cookieText(context, ACCESS)).not.toBe('');
});

test('a form sent with an ended access token runs its action once, saves, and stays signed in', async ({
  page,
  context,
  signedIn,
}) => {
  // Until nothing more is fetched ahead: that would renew the token before the form does.
  await page.goto('/account', { waitUntil: 'networkidle' });
  await page.getByLabel('Name').fill('Quentin Ferry');
  await loseAccessCookie(context);
  const posted = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await page.getByRole('button', { name: 'Save name' }).click();
  expect(await (await posted).headerValue('set-cookie')).toContain(ACCESS);
  await expect(page.getByRole('status').filter({ hasText: 'Saved. Hello, Quentin Ferry.' })).toBeVisible();
  expect(await countAudit(databaseUrl, signedIn.email, 'name_changed')).toBe(1);
  expect(await refreshCounters(databaseUrl, signedIn.email)).toEqual([1]);
  await page.reload();
  await expect(page.getByLabel('Name')).toHaveValue('Quentin Ferry');
});

test('a fetch of a page to the API is renewed, and the next one uses the new token', async ({
  page,
  context,
  signedIn,
}) => {
  await page.goto(QUIET_PATH);
  await loseAccessCookie(context);
  const askWhoIAm = () =>
    page.evaluate(async () => {
      const answer = await fetch('/api/me');
      return { status: answer.status, body: await answer.json() };
    });
  const first = await askWhoIAm();
  expect(first.status).toBe(200);
  expect(isRecord(first.body) ? first.body['user'] : null).toMatchObject({ email: signedIn.email });
  const { jti } = await heldClaims(context);
  expect((await askWhoIAm()).status).toBe(200);
  expect((await heldClaims(context)).jti).toBe(jti);
});

test('many requests of one page at once rotate the session once', async ({ page, context, signedIn }) => {
  await page.goto(QUIET_PATH);
  await loseAccessCookie(context);
  await endGraceWindow(databaseUrl, signedIn.email);
  const [before = 0] = await refreshCounters(databaseUrl, signedIn.email);
  const statuses = await page.evaluate(() =>
    Promise.all(Array.from({ length: 12 }, async () => (await fetch('/api/me')).status)),
  );
  expect(statuses).toEqual(new Array(12).fill(200));
  expect(await refreshCounters(databaseUrl, signedIn.email)).toEqual([before + 1]);
});

test('a refresh passes the session on: same session, one entry in the list', async ({ page, context, signedIn }) => {
  const { sid } = await heldClaims(context);
  for (const path of ['/dashboard', '/account', '/account/sessions']) {
    await loseAccessCookie(context);
    await endGraceWindow(databaseUrl, signedIn.email);
    expect((await context.request.get(path)).status()).toBe(200);
    expect((await heldClaims(context)).sid).toBe(sid);
  }
  expect(await refreshCounters(databaseUrl, signedIn.email)).toEqual([3]);
  await page.goto('/account/sessions');
  await expect(page.getByText('You are signed in nowhere else.')).toBeVisible();
});
