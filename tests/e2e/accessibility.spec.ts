import type { Page } from '@playwright/test';
import { expectAccessible } from '@/tests/support/browser/accessible';
import { ADMIN_PAGES, GUEST_PAGES, MEMBER_PAGES, type PageCase } from '@/tests/support/browser/pages';
import { ADMIN, logIn } from '@/tests/support/browser/people';
import { expect, test } from './fixtures';

test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' });

async function visit(page: Page, { path, heading, status = 200 }: PageCase): Promise<void> {
  const answer = await page.goto(path);
  expect(answer?.status(), path).toBe(status);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
}

for (const expected of GUEST_PAGES) {
  test(`for guests, ${expected.path} has no barrier that axe knows`, async ({ page, expectFault }) => {
    if (expected.status === 404) expectFault(/status of 404/);
    await visit(page, expected);
    await expectAccessible(page);
  });
}

for (const expected of MEMBER_PAGES) {
  test(`for members, ${expected.path} has no barrier that axe knows`, async ({
    page,
    openBrowser,
    origin,
    signedIn,
    expectFault,
  }) => {
    if (expected.status === 404) expectFault(/status of 404/);
    if (expected.path.startsWith('/account/sessions')) {
      // Another device, so that the list of them has what can be ended.
      const other = await openBrowser();
      await logIn(other.request, origin, signedIn);
    }
    await visit(page, expected);
    await expectAccessible(page);
  });
}

for (const expected of ADMIN_PAGES) {
  test(`for admins, ${expected.path} has no barrier that axe knows`, async ({ page, context, origin }) => {
    await logIn(context.request, origin, ADMIN);
    await visit(page, expected);
    await expectAccessible(page);
  });
}
