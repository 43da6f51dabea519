import type { APIRequestContext, APIResponse } from '@playwright/test';
import { SITE } from '@/site';
import { ADMIN_PAGES, GUEST_PAGES, MEMBER_PAGES } from '@/tests/support/browser/pages';
import { ADMIN, logIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

const HTML = { headers: { accept: 'text/html' }, maxRedirects: 0 };

const nonceOf = (answer: APIResponse): string =>
  /'nonce-([^']+)'/.exec(answer.headers()['content-security-policy'] ?? '')?.[1] ?? '';

async function expectFreshNonce(request: APIRequestContext, path: string): Promise<void> {
  const [first, second] = [await request.get(path, HTML), await request.get(path, HTML)];
  const nonce = nonceOf(first);
  expect(nonce, path).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(nonceOf(second), path).not.toBe(nonce);
  const html = await first.text();
  const used = [...html.matchAll(/nonce="([^"]*)"/g)].map(([, found]) => found);
  expect(used.length, path).toBeGreaterThan(0);
  expect(new Set(used), path).toEqual(new Set([nonce]));
  const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
  expect(
    scripts.filter((tag) => !tag.includes(`nonce="${nonce}"`)),
    path,
  ).toEqual([]);
  expect(html, path).not.toMatch(/<[^>]+\sstyle=/);
}

test('every page of a guest carries its own nonce, on every script, once', async ({ request }) => {
  for (const { path } of GUEST_PAGES) await expectFreshNonce(request, path);
});

test('every page behind the door is private, never stored, and carries its own nonce', async ({
  context,
  signedIn: _signedIn,
}) => {
  for (const { path } of MEMBER_PAGES) {
    const answer = await context.request.get(path, HTML);
    expect(answer.headers()['cache-control'], path).toContain('no-store');
    expect(answer.headers()['cache-control'], path).toContain('private');
    await expectFreshNonce(context.request, path);
  }
});

/** Their addresses may hold the token of a mailed link. */
const SECRET_ADDRESSES = /^\/(?:reset-password|undo)\b/;

test('every page says in its headers what browsers may not do with it', async ({ request }) => {
  for (const { path } of GUEST_PAGES) {
    const headers = (await request.get(path, HTML)).headers();
    const policy = headers['content-security-policy'] ?? '';
    for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) {
      expect(policy, path).toContain(rule);
    }
    expect(policy, path).not.toMatch(/unsafe-(inline|eval)/);
    expect(headers, path).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': SECRET_ADDRESSES.test(path) ? 'no-referrer' : 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['strict-transport-security'], path).toMatch(/max-age=\d{8,}/);
    expect(headers['x-powered-by'], path).toBeUndefined();
  }
});

test('every page has a title of its own', async ({ page, context, origin }) => {
  await logIn(context.request, origin, ADMIN);
  const titles = new Map<string, string>();
  // What is not there is called so wherever it is not.
  const pages = [...GUEST_PAGES, ...MEMBER_PAGES, ...ADMIN_PAGES].filter(({ status }) => status !== 404);
  const paths = pages.map(({ path }) => path.replace(/\?.*$/, ''));
  for (const path of new Set(paths)) {
    await page.goto(path);
    const title = await page.title();
    expect(title, path).toContain(SITE.name);
    expect(titles.get(title), `${path} shares its title`).toBeUndefined();
    titles.set(title, path);
  }
});

test('a page that came by a link has its title at once, and none is without one on the way', async ({
  page,
  context,
  origin,
}) => {
  await logIn(context.request, origin, ADMIN);
  await page.goto('/dashboard');
  const links = page.getByRole('navigation').getByRole('link');
  const places = await links.evaluateAll((anchors) =>
    anchors.map((anchor) => new URL((anchor as HTMLAnchorElement).href).pathname),
  );
  expect(places).toContain('/admin/users');
  // What watches the pages of each test complains where a title goes before the next one has come.
  for (const place of places) {
    await links.and(page.locator(`[href="${place}"]`)).click();
    await page.waitForURL(`**${place}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await page.title(), place).toContain(SITE.name);
    expect(await page.title(), place).not.toContain('Not found');
  }
});

test('an address that does not exist is a page of ours with ways on, for guests and members', async ({
  page,
  expectFault,
}) => {
  expectFault(/status of 404/);
  for (const path of ['/no-such-page', '/dashboard-of-nobody', '/dev/other']) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
  }
  await page.getByRole('link', { name: 'Go to the start page' }).click();
  await expect(page).toHaveURL('/');
});

test('a page below a protected one that does not exist asks a guest to sign in', async ({ page }) => {
  await page.goto('/account/no-such-page');
  await expect(page).toHaveURL('/login?next=%2Faccount%2Fno-such-page');
});

test('an unsafe request of another site changes nothing', async ({ context, signedIn: _signedIn }) => {
  for (const path of ['/account', '/api/auth/logout', '/api/auth/login', '/dashboard']) {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await context.request.post(path, { headers, form: { name: 'Mallory' }, maxRedirects: 0 });
    expect(answer.status(), path).toBe(403);
  }
  expect((await context.request.get('/api/auth/session')).status()).toBe(200);
});
