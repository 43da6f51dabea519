import type { Page } from '@playwright/test';
import { build } from 'esbuild';
import { loseAccessCookie } from '@/tests/support/browser/cookies';
import { watchRequests } from '@/tests/support/browser/page-watch';
import { endGraceWindow, refreshCounters } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

const { databaseUrl } = backend();

declare global {
  // Put there by the page's script below.
  var kit: typeof import('@/app/_components/session/fetch-with-session');
}

/** What a client component imports, for a page to call. */
const { outputFiles } = await build({
  entryPoints: ['app/_components/session/fetch-with-session.ts'],
  ...{ bundle: true, write: false, format: 'iife', globalName: 'kit', platform: 'browser', tsconfig: 'tsconfig.json' },
});
const script = outputFiles[0]?.text ?? '';

/** A page of somebody signed in, with the kit at hand and its access token just run out. */
async function open(page: Page): Promise<void> {
  await page.goto('/login');
  await page.evaluate(`${script}; globalThis.kit = kit;`);
  await page.evaluate(() => kit.noteRunsOutIn(-1));
}

test('eight requests at once with an ended access token wait for one renewal', async ({ page, context, signedIn }) => {
  await open(page);
  await watchRequests(context)();
  await loseAccessCookie(context);
  await endGraceWindow(databaseUrl, signedIn.email);
  const [before = 0] = await refreshCounters(databaseUrl, signedIn.email);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const statuses = await page.evaluate(() =>
    Promise.all(Array.from({ length: 8 }, async () => (await kit.fetchWithSession('/api/me')).status)),
  );
  expect(statuses).toEqual(Array(8).fill(200));
  expect(asked.filter((path) => path === '/api/auth/session')).toHaveLength(1);
  expect(asked.filter((path) => path === '/api/me')).toHaveLength(8);
  expect(await refreshCounters(databaseUrl, signedIn.email)).toEqual([before + 1]);
  // It knows when the new token runs out: the next request goes straight there.
  asked.length = 0;
  expect(await page.evaluate(async () => (await kit.fetchWithSession('/api/me')).status)).toBe(200);
  expect(asked).toEqual(['/api/me']);
});

test('when the session is over it leads to the login page, and names the page to come back to', async ({
  page,
  context,
  origin,
  signedIn: _signedIn,
  expectFault,
}) => {
  expectFault(/status of 401/);
  await page.goto('/verify-email?kept=1');
  await page.evaluate(`${script}; globalThis.kit = kit;`);
  await context.request.post('/api/auth/logout', { headers: { origin }, data: {} });
  await page.evaluate(() => void kit.fetchWithSession('/api/me', { method: 'POST', body: '{}' }));
  await expect(page).toHaveURL(/\/login\?ended=1|\/login\?next/);
});

test.describe('a page that may ask other origins', () => {
  // Our own policy lets pages ask their own origin only.
  test.use({ bypassCSP: true });

  test('is signed out neither by a server in trouble nor by the 401 of another origin', async ({
    page,
    signedIn: _signedIn,
    expectFault,
  }) => {
    expectFault(/status of (?:503|401)/);
    await page.goto('/verify-email');
    await page.evaluate(`${script}; globalThis.kit = kit;`);
    await page.route('**/api/auth/session', (route) => route.fulfill({ status: 503, body: '{}' }));
    await page.route('**/api/me', (route) => route.fulfill({ status: 401, body: '{}' }));
    await page.route('https://elsewhere.example/**', (route) =>
      route.fulfill({ status: 401, headers: { 'access-control-allow-origin': '*' }, body: '{}' }),
    );
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (const address of ['/api/me', 'https://elsewhere.example/x']) {
      const status = await page.evaluate(async (url) => (await kit.fetchWithSession(url)).status, address);
      expect(status).toBe(401);
    }
    expect(asked).toEqual(['/api/me', '/api/auth/session', '/x']);
    await expect(page).toHaveURL('/verify-email');
  });
});
