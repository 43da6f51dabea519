import type { Page } from '@playwright/test';
import { ACCESS, cookieText, heldClaims, REFRESH } from '@/tests/support/browser/cookies';
import { expect, test } from './fixtures';

/** A zone that no machine of ours is in, a quarter of an hour beside the others. */
test.use({ timezoneId: 'Asia/Kathmandu' });
const KATHMANDU_SECONDS = (5 * 60 + 45) * 60;

const clockTime = (epochSeconds: number): string =>
  new Date((epochSeconds + KATHMANDU_SECONDS) * 1000).toISOString().slice(11, 19);
const endsAt = (epochSeconds: number): string => `Your access token ends at ${clockTime(epochSeconds)}`;
const timer = (page: Page) => page.getByRole('timer');

/** What the countdown says, in seconds. */
async function secondsLeft(page: Page): Promise<number> {
  const [minutes = '', seconds = ''] = ((await timer(page).textContent()) ?? '').split(':');
  return Number(minutes) * 60 + Number(seconds);
}

/** How far that is from a token that ends at `exp`. A busy machine may be late with the next second, and catches up. */
const secondsOff = async (page: Page, exp: number): Promise<number> =>
  Math.abs(exp - Date.now() / 1000 - (await secondsLeft(page)));

test('the dashboard says who is signed in, by what, and until when', async ({ page, context, signedIn }) => {
  await page.goto('/dashboard');
  const { exp, sid } = await heldClaims(context);
  const facts = page.getByRole('definition');
  await expect(facts.filter({ hasText: signedIn.email })).toBeVisible();
  await expect(facts.filter({ hasText: /^Member$/ })).toBeVisible();
  await expect(facts.filter({ hasText: /^password$/ })).toBeVisible();
  await expect(facts.filter({ hasText: sid }).first()).toBeVisible();
  await expect(page.getByText(endsAt(exp))).toBeVisible();
  await expect(page.locator('#main').getByRole('listitem').filter({ hasText: 'This browser' })).toHaveCount(1);
});

test('the countdown runs, and agrees with the token', async ({ page, context, signedIn: _signedIn }) => {
  await page.goto('/dashboard');
  const { exp } = await heldClaims(context);
  await expect.poll(() => secondsOff(page, exp)).toBeLessThan(3);
  const first = await secondsLeft(page);
  await expect.poll(() => secondsLeft(page)).toBeLessThan(first);
});

test('the countdown does not trust the clock of the browser', async ({ page, context, signedIn: _signedIn }) => {
  await page.clock.install({ time: new Date('2031-01-01T00:00:00Z') });
  await page.goto('/dashboard');
  const { exp } = await heldClaims(context);
  await expect.poll(() => secondsOff(page, exp)).toBeLessThan(3);
  await page.clock.runFor(exp * 1000 - Date.now() + 1000);
  await expect(timer(page)).toHaveText('0:00');
  await expect(page.getByText('Your access token has ended. The next thing you do renews it')).toBeVisible();
});

test('the decoded claims are those of the token, each with its meaning', async ({
  page,
  context,
  signedIn: _signedIn,
}) => {
  await page.goto('/dashboard');
  const claims = await heldClaims(context);
  const shown = page.getByRole('region', { name: 'What your stamp says' });
  const lines = await shown.getByRole('term').allInnerTexts();
  const names = lines.map((line) => /^"(\w+)"/.exec(line.trim())?.[1] ?? line);
  expect([...names].sort()).toEqual(Object.keys(claims).sort());
  for (const [name, value] of Object.entries(claims)) {
    const line = lines[names.indexOf(name)]?.replaceAll(/\s+/g, '') ?? '';
    expect(line, name).toBe(`"${name}":${JSON.stringify(value)}`);
  }
  await expect(shown.getByRole('definition')).toHaveCount(lines.length);
});

test('"Refresh now" brings another token, another end and one more on the counter', async ({
  page,
  context,
  signedIn: _signedIn,
}) => {
  await page.goto('/dashboard');
  await expect(page.getByText('Renewed 0 times since you opened this page')).toBeVisible();
  const before = await heldClaims(context);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByText('Renewed 1 time since you opened this page')).toBeVisible();
  const after = await heldClaims(context);
  expect(after.jti).not.toBe(before.jti);
  expect(after.sid).toBe(before.sid);
  const shown = page.getByRole('region', { name: 'What your stamp says' });
  await expect(shown.getByText(after.jti)).toBeVisible();
  await expect(page.getByText(endsAt(after.exp))).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: `now ends at ${clockTime(after.exp)}.` })).toBeAttached();

  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByText('Renewed 2 times since you opened this page')).toBeVisible();
});

test('"Refresh now" without a connection says that nobody was signed out', async ({
  page,
  context,
  signedIn: _signedIn,
  expectFault,
}) => {
  expectFault(/ERR_INTERNET_DISCONNECTED/);
  await page.goto('/dashboard');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'You are still signed in' })).toBeVisible();
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByText('Renewed 1 time since you opened this page')).toBeVisible();
});

test('"Refresh now" after the session was ended elsewhere leads to the login', async ({
  page,
  context,
  origin,
  signedIn: _signedIn,
  expectFault,
}) => {
  expectFault(/status of 401/);
  await page.goto('/dashboard');
  await context.request.post('/api/auth/logout', { headers: { origin }, data: {} });
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page).toHaveURL(/\/login\?(ended=1&)?next=(%2F|\/)dashboard$/);
  await expect(page.getByRole('status').filter({ hasText: 'Your session has ended' })).toBeVisible();
});

test('no answer of a signed-in browser holds the text of a token', async ({ page, context, signedIn: _signedIn }) => {
  const bodies: Promise<string>[] = [];
  page.on('response', (answer) => {
    const isText = /html|component|json|javascript/.test(answer.headers()['content-type'] ?? '');
    if (isText) bodies.push(answer.text().catch(() => ''));
  });
  await page.goto('/dashboard');
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await expect(page.getByText('Renewed 1 time since')).toBeVisible();
  await page.getByRole('link', { name: 'Account' }).click();
  await expect(page).toHaveURL('/account');
  const [, , signature = ''] = (await cookieText(context, ACCESS)).split('.');
  const refreshToken = await cookieText(context, REFRESH);
  const texts = await Promise.all(bodies);
  expect(texts.join('').length).toBeGreaterThan(10_000);
  for (const secret of [signature, refreshToken, 'eyJ']) {
    expect(secret).not.toBe('');
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  }
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test.describe('with scripts off', () => {
  test.use({ javaScriptEnabled: false });

  test('times are in UTC, and say so', async ({ page, context, signedIn: _signedIn }) => {
    await page.goto('/dashboard');
    const { exp } = await heldClaims(context);
    const utc = new Date(exp * 1000).toISOString().slice(11, 19);
    await expect(page.getByText(`Your access token ends at ${utc} UTC`)).toBeVisible();
    await page.goto('/account/sessions');
    await expect(page.getByText(/^First signed in .* UTC$/)).toHaveCount(1);
  });
});

test('times are the reader’s own, on every page that shows some', async ({ page, signedIn: _signedIn }) => {
  const told = () => page.locator('main time');
  for (const path of ['/dashboard', '/account/sessions']) {
    await page.goto(path);
    await expect(told().first()).not.toContainText('UTC');
    for (const time of await told().all()) {
      const at = Date.parse((await time.getAttribute('datetime')) ?? '') + KATHMANDU_SECONDS * 1000;
      await expect(time).toContainText(new Date(at).toISOString().slice(11, 16));
    }
  }
});
