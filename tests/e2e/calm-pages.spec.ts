import type { Page } from '@playwright/test';
import { ADMIN_PAGES, GUEST_PAGES, MEMBER_PAGES, type PageCase } from '@/tests/support/browser/pages';
import { ADMIN, logIn, newPerson, signUp } from '@/tests/support/browser/people';
import { allOrOne } from '@/tests/support/proof';
import { expect, test } from './fixtures';

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];

type Shift = PerformanceEntry & { readonly value: number; readonly sources: readonly { readonly node?: Node }[] };
type Watched = Window & { layoutShifts?: () => string[] };

/** From now on every page that opens here notes what moves on it without having been touched (Layout Instability API). */
async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: Shift[] = [];
    const observer = new PerformanceObserver((list) => seen.push(...(list.getEntries() as Shift[])));
    observer.observe({ type: 'layout-shift', buffered: true });
    (window as Watched).layoutShifts = () => {
      seen.push(...(observer.takeRecords() as Shift[]));
      return seen.flatMap(({ value, sources }) =>
        sources.map(({ node }) => `${value.toFixed(4)} ${node instanceof Element ? node.outerHTML.slice(0, 80) : ''}`),
      );
    };
  });
}

/** The parts that moved since the page began: how far, and what. Waits until its scripts have run and were drawn. */
async function shiftsOf(page: Page): Promise<string[]> {
  await page.waitForLoadState('load');
  // React marks the elements that it took over.
  await page.waitForFunction(() => {
    const main = document.querySelector('main');
    return main !== null && Object.keys(main).some((key) => key.startsWith('__reactProps'));
  });
  // Idle: what its effects asked for is done. Two frames: it was drawn.
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestIdleCallback(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
      }),
  );
  return page.evaluate(() => (window as Watched).layoutShifts?.() ?? ['nobody watched']);
}

/** Loads a page whose fonts come only after it was drawn without them. */
async function expectCalm(page: Page, origin: string, { path, heading }: PageCase): Promise<void> {
  await watchShifts(page);
  const elsewhere: string[] = [];
  const note = (address: string) => {
    if (new URL(address).origin !== origin) elsewhere.push(address);
  };
  page.on('request', (request) => note(request.url()));
  for (const size of allOrOne(SIZES, path.length)) {
    await page.setViewportSize(size);
    let letFontsCome = () => {};
    const drawn = new Promise<void>((resolve) => {
      letFontsCome = resolve;
    });
    let fonts = 0;
    await page.route(/\.woff2/, async (route) => {
      fonts += 1;
      await drawn;
      await route.continue();
    });
    await page.goto(path, { waitUntil: 'commit' });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    letFontsCome();
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    expect(await shiftsOf(page), `${path}, ${size.width} wide`).toEqual([]);
    expect(fonts, `${path} has fonts`).toBeGreaterThan(0);
    await page.unroute(/\.woff2/);
  }
  expect(elsewhere, path).toEqual([]);
}

// The reader's own times take the place of those in UTC.
test.use({ trace: 'off', timezoneId: 'Asia/Kathmandu' });

test('no page of a guest moves while it loads, even with late fonts, or asks another site for anything', async ({
  page,
  origin,
  expectFault,
}) => {
  expectFault(/status of 404/);
  for (const one of GUEST_PAGES) await expectCalm(page, origin, one);
});

test('nor does one of a member', async ({ page, origin, signedIn, expectFault }) => {
  expectFault(/status of 404/);
  for (const one of MEMBER_PAGES) {
    await expectCalm(page, origin, { ...one, heading: one.heading.replace('Robin Quay', signedIn.name) });
  }
});

test('nor does the one that offers a passkey', async ({ page, context, origin, signedIn }) => {
  await logIn(context.request, origin, signedIn);
  await watchShifts(page);
  await page.goto('/dashboard');
  await expect(page.getByRole('button', { name: 'Not now' })).toBeVisible();
  expect(await shiftsOf(page)).toEqual([]);
});

test('nor does one of an admin', async ({ page, context, origin }) => {
  await logIn(context.request, origin, ADMIN);
  for (const one of ADMIN_PAGES) await expectCalm(page, origin, one);
});

test('a name with accents or further Latin letters fetches our typeface for those, and no other name does', async ({
  page,
  context,
  origin,
}) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  const visit = async () => {
    await page.goto('/dashboard');
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const times = (file: string) => fetched.filter((address) => address.includes(file)).length;
    return { basic: times('sans_basic'), accents: times('sans_accents'), further: times('sans_latin_ext') };
  };
  await signUp(context.request, origin);
  expect(await visit()).toEqual({ basic: 1, accents: 0, further: 0 });
  await signUp(context.request, origin, { ...newPerson(), name: 'Zoë Brontë' });
  expect(await visit()).toMatchObject({ accents: 1, further: 0 });
  await signUp(context.request, origin, { ...newPerson(), name: 'Zofia Żółć' });
  expect(await visit()).toMatchObject({ further: 1 });
});
