import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { codeOf } from '@/tests/support/app-codes';
import { ADMIN_PAGES, GUEST_PAGES, MEMBER_PAGES, type PageCase } from '@/tests/support/browser/pages';
import { ADMIN, logIn, newPerson, signIn } from '@/tests/support/browser/people';
import { ageProofs } from '@/tests/support/database/sql';
import { backend, expect, test } from './fixtures';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const EVERYTHING = [...WCAG, 'best-practice'];
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
/** WCAG 2.2, 1.4.10: a page 320 pixels wide needs no scrolling to the side. */
const NARROWEST = { width: 320, height: 640 };

test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' });

async function expectAccessible(page: Page, tags: string[] = EVERYTHING): Promise<void> {
  // A page without frames is looked at in place, which axe calls its legacy mode: else each look opens another page.
  expect(page.frames()).toHaveLength(1);
  const colourRules = await look(page, PHONE, 'light', new AxeBuilder({ page }).withTags(tags));
  // axe is in the page by now: to bring it again would take half of the time of each look.
  const axe = () => new AxeBuilder({ page, axeSource: ';' });
  await look(page, DESKTOP, 'dark', axe().withTags(tags));
  // A scheme changes colours and nothing else, and every rule has seen both sizes: what is left is how the colours of
  // each scheme meet what stands behind them at the other size.
  expect(colourRules).toContain('color-contrast');
  await look(page, PHONE, 'dark', axe().withRules(colourRules));
  await look(page, DESKTOP, 'light', axe().withRules(colourRules));
  await page.setViewportSize(NARROWEST);
  await untilDrawn(page);
  expect(await tooWide(page), `what does not fit into ${NARROWEST.width} pixels on ${page.url()}`).toEqual([]);
}

/**
 * Expects that axe finds nothing at this size, in these colours.
 *
 * @returns Those of the rules that it went by which axe itself puts into its category of colour.
 */
async function look(
  page: Page,
  viewport: typeof PHONE,
  colorScheme: 'light' | 'dark',
  axe: AxeBuilder,
): Promise<string[]> {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await untilDrawn(page);
  await untilColoured(page, colorScheme);
  const found = await axe.setLegacyMode().analyze();
  const barriers = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(barriers, `${page.url()}, ${colorScheme}, ${viewport.width} wide`).toEqual([]);
  const rules = [found.passes, found.violations, found.incomplete, found.inapplicable].flat();
  return [...new Set(rules.filter(({ tags }) => tags.includes('cat.color')).map(({ id }) => id))];
}

/** Waits until the page is drawn as its new size and colours ask: none may be half faded in while they are measured. */
async function untilDrawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });
}

/** Waits until the scheme has arrived, and two frames show the same colours of page and text. */
async function untilColoured(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.evaluate(async (scheme) => {
    const coloursOf = (element: Element | null) => {
      const { color, backgroundColor } = getComputedStyle(element ?? document.body);
      return `${color} ${backgroundColor}`;
    };
    const colours = () =>
      [null, document.querySelector('header a'), document.querySelector('h1')].map(coloursOf).join();
    let [before, after] = ['', 'unknown'];
    while (before !== after || !matchMedia(`(prefers-color-scheme: ${scheme})`).matches) {
      before = colours();
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      after = colours();
    }
  }, colorScheme);
}

/** The elements that make a page scroll to the side; none when it does not. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const beyond = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth,
    );
    return [`${scrollWidth} wide`, ...beyond.map((element) => element.outerHTML.slice(0, 100))];
  });
}

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

test('the page of a code is without barriers that axe knows, before and after it was sent again', async ({ page }) => {
  const { email, password } = newPerson();
  await page.goto('/register');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Enter your code');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Send the code again' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Sent again' })).toBeVisible();
  await expectAccessible(page);
});

test('the pages of a second factor are without barriers that axe knows, from its key to its code', async ({
  page,
  context,
  signedIn,
}) => {
  await page.goto('/account/security');
  await page.getByRole('button', { name: 'Set up authenticator app' }).click();
  await expect(page.getByRole('img', { name: 'QR code for your authenticator app' })).toBeVisible();
  await expectAccessible(page);
  const address = await page.getByRole('link', { name: 'open it in an app' }).getAttribute('href');
  const key = new URL(address ?? '').searchParams.get('secret') ?? '';
  await page.getByLabel('Authentication code').fill(codeOf(key));
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect(page.getByRole('list', { name: 'Recovery codes' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 codes are left.')).toBeVisible();
  await expectAccessible(page);
  await ageProofs(backend().databaseUrl, signedIn.email);
  await page.getByRole('button', { name: 'Remove authenticator app' }).click();
  await expect(page.getByRole('heading', { name: 'Confirm it is you' })).toBeVisible();
  await expectAccessible(page);
  await context.clearCookies();
  await page.goto('/login');
  await signIn(page, signedIn);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second step');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await expect(page.getByLabel('Recovery code')).toBeVisible();
  await expectAccessible(page);
});

test('in forced colours the current page and a notice are told by lines, not by colours alone', async ({
  page,
  signedIn: _signedIn,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('/account/sessions?done=one');
  const lineOf = (selector: string, pseudo?: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element, part) => {
        const { borderBottomStyle, borderBottomWidth } = getComputedStyle(element, part);
        return borderBottomStyle === 'none' ? 0 : Number.parseFloat(borderBottomWidth);
      }, pseudo);
  expect(await lineOf('.nav-link[aria-current]', '::after')).toBeGreaterThanOrEqual(2);
  expect(await lineOf('.notice')).toBeGreaterThanOrEqual(1);
  expect(await lineOf('.badge')).toBeGreaterThanOrEqual(1);
});

test('on paper both schemes are ink on white, without what can only be pressed', async ({ page, signedIn }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ media: 'print', colorScheme });
    await page.goto('/account');
    await expect(page.getByText(signedIn.email)).toBeVisible();
    await expect(page.getByRole('button')).toHaveCount(0);
    const { background, ink } = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.documentElement);
      return { background: backgroundColor, ink: color };
    });
    expect([background, ink], colorScheme).toEqual(['rgb(255, 255, 255)', 'rgb(27, 25, 41)']);
  }
});

test('the dialog and a refused name are without barriers that axe knows', async ({
  page,
  openBrowser,
  origin,
  signedIn,
}) => {
  const other = await openBrowser();
  await logIn(other.request, origin, signedIn);
  await page.goto('/account/sessions');
  await page.getByRole('button', { name: /^End session/ }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  // The rest of the page is inert, its landmarks and headings with it: only the rules of WCAG fit.
  await expectAccessible(page, WCAG);

  await page.goto('/account');
  await page.getByLabel('Name').fill('x'.repeat(81));
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByLabel('Name')).toHaveAccessibleDescription(/80 characters/);
  await expectAccessible(page);
});

test('what stands in place of the form for an address is without barriers that axe knows', async ({
  page,
  signedIn,
}) => {
  await ageProofs(backend().databaseUrl, signedIn.email);
  await page.goto('/account');
  await page.getByLabel('New email').fill(newPerson().email);
  await page.getByRole('button', { name: 'Change email' }).click();
  await page.getByLabel('Password', { exact: true }).fill('not-the-one-that-was-set-here');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription('This is not your password');
  await expectAccessible(page);
  await page.getByLabel('Password', { exact: true }).fill(signedIn.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByLabel('Code')).toBeVisible();
  await expectAccessible(page);
});

for (const expected of ADMIN_PAGES) {
  test(`for admins, ${expected.path} has no barrier that axe knows`, async ({ page, context, origin }) => {
    await logIn(context.request, origin, ADMIN);
    await visit(page, expected);
    await expectAccessible(page);
  });
}
