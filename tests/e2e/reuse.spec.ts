import { cookieText, loseAccessCookie, REFRESH } from '@/tests/support/browser/cookies';
import { refreshTokens } from '@/tests/support/browser/people';
import { countAudit, endGraceWindow } from '@/tests/support/database/sql';
import { mailsTo } from '@/tests/support/http/mailbox';
import { targetAt } from '@/tests/support/http/requests';
import { backend, expect, test } from './fixtures';

const { databaseUrl } = backend();

test('an old refresh token after the grace window ends the session for both, calmly, and a mail says so', async ({
  page,
  context,
  origin,
  openBrowser,
  signedIn,
}) => {
  await page.goto('/account');
  const copied = await cookieText(context, REFRESH);
  await endGraceWindow(databaseUrl, signedIn.email);
  expect(await refreshTokens(context.request, origin)).toBe(200);
  await endGraceWindow(databaseUrl, signedIn.email);
  const thief = await openBrowser();
  await thief.addCookies([{ name: REFRESH, value: copied, url: origin, httpOnly: true, sameSite: 'Lax' }]);

  const thiefsPage = await thief.newPage();
  await thiefsPage.goto('/dashboard');
  await expect(thiefsPage).toHaveURL('/login?next=%2Fdashboard');

  // The owner's access token is good for minutes by its own word; the data access layer knows better at once.
  await page.reload();
  await expect(page).toHaveURL('/login?next=%2Faccount');
  await loseAccessCookie(context);
  await page.goto('/account');
  await expect(page).toHaveURL('/login?next=%2Faccount');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText(/stolen|hacked|attack|suspicious/i)).toHaveCount(0);
  expect(await cookieText(context, REFRESH), 'a refusal deletes no cookie').not.toBe('');

  expect(await countAudit(databaseUrl, signedIn.email, 'refresh_reuse')).toBe(1);
  await expect
    .poll(async () => (await mailsTo(targetAt(origin), signedIn.email)).map(({ subject }) => subject))
    .toEqual(['A session was ended to be safe']);

  await page.getByLabel('Email').fill(signedIn.email);
  await page.getByLabel('Password', { exact: true }).fill(signedIn.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL('/account');
});

test('an old refresh token inside the grace window is taken for a race and signs nobody out', async ({
  page,
  context,
  origin,
  openBrowser,
  signedIn,
}) => {
  const parent = await cookieText(context, REFRESH);
  expect(await refreshTokens(context.request, origin)).toBe(200);
  const late = await openBrowser();
  await late.addCookies([{ name: REFRESH, value: parent, url: origin, httpOnly: true, sameSite: 'Lax' }]);
  const latePage = await late.newPage();
  await latePage.goto('/account');
  await expect(latePage.getByText(signedIn.email)).toBeVisible();
  await page.goto('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
  expect(await countAudit(databaseUrl, signedIn.email, 'refresh_reuse')).toBe(0);
});

test("a forged refresh token asks for a login and ends nobody else's session", async ({
  page,
  context,
  origin,
  openBrowser,
  signedIn,
}) => {
  const genuine = await cookieText(context, REFRESH);
  const forged = `${genuine.slice(0, -4)}${genuine.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
  const forger = await openBrowser();
  await forger.addCookies([{ name: REFRESH, value: forged, url: origin, httpOnly: true, sameSite: 'Lax' }]);
  const forgersPage = await forger.newPage();
  await forgersPage.goto('/dashboard');
  await expect(forgersPage).toHaveURL('/login?next=%2Fdashboard');
  await loseAccessCookie(context);
  await page.goto('/account');
  await expect(page.getByText(signedIn.email)).toBeVisible();
});
