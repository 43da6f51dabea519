import type { Page } from '@playwright/test';
import { isRecord } from '@/lib/core/json';
import { loseAccessCookie } from '@/tests/support/browser/cookies';
import { watchRequests } from '@/tests/support/browser/page-watch';
import { endGraceWindow, refreshCounters } from '@/tests/support/database/sql';
import { roundsOf } from '@/tests/support/proof';
import { backend, expect, test } from './fixtures';

const { databaseUrl } = backend();
const TABS = 8;
const ROUNDS = roundsOf(20);
const MOST_ROUNDS = 3 * ROUNDS;

test.use({ trace: 'off' });

test('eight tabs that reload together, again and again, with an ended access token stay signed in', async ({
  context,
  signedIn,
}) => {
  test.setTimeout(180_000);
  const untilQuiet = watchRequests(context);
  const left: string[] = [];
  const tabs = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
  for (const [at, tab] of tabs.entries()) {
    tab.on('framenavigated', (frame) => {
      if (new URL(frame.url()).pathname === '/login') left.push(`tab ${at}: ${frame.url()}`);
    });
    await tab.goto('/account');
  }

  // Pages fetch ahead. Such a request that comes back late brings the cookie again: then the round was no race.
  let races = 0;
  for (let round = 0; round < MOST_ROUNDS && races < ROUNDS; round += 1) {
    await untilQuiet();
    await endGraceWindow(databaseUrl, signedIn.email);
    await loseAccessCookie(context);
    const renewed = await Promise.all(tabs.map((tab) => reload(tab)));
    expect(left).toEqual([]);
    if (renewed.filter((isRenewed) => isRenewed).length > TABS / 2) races += 1;
  }
  expect(races).toBe(ROUNDS);
  for (const tab of tabs) await expect(tab.getByText(signedIn.email)).toBeVisible();

  const answer: unknown = await (await context.request.get('/api/auth/sessions')).json();
  expect(isRecord(answer) && Array.isArray(answer['sessions']) ? answer['sessions'].length : null).toBe(1);
  const [counter = 0, ...others] = await refreshCounters(databaseUrl, signedIn.email);
  expect(others).toEqual([]);
  expect(counter).toBeGreaterThanOrEqual(ROUNDS);
});

/** Reloads a tab, which must show its page; true when the answer brought new cookies. */
async function reload(tab: Page): Promise<boolean> {
  const answer = await tab.reload();
  expect(answer?.status()).toBe(200);
  return (await answer?.headerValue('set-cookie')) !== null;
}
