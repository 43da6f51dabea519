import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { allOrOne } from '@/tests/support/proof';

export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const EVERYTHING = [...WCAG, 'best-practice'];
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
/** WCAG 2.2, 1.4.10: a page 320 pixels wide needs no scrolling to the side. */
const NARROWEST = { width: 320, height: 640 };

type Dress = { readonly viewport: typeof PHONE; readonly colorScheme: 'light' | 'dark' };

/** Each pair has both sizes and both schemes. */
const PAIRS = [
  [
    { viewport: PHONE, colorScheme: 'light' },
    { viewport: DESKTOP, colorScheme: 'dark' },
  ],
  [
    { viewport: PHONE, colorScheme: 'dark' },
    { viewport: DESKTOP, colorScheme: 'light' },
  ],
] as const satisfies readonly (readonly [Dress, Dress])[];

/**
 * Expects that axe finds no barrier on the page as it stands, small and large, light and dark, and that 320 pixels hold it.
 * `npm test` looks at one pair of size and scheme, for half of the addresses the other one; `npm test -- e2e-whole` at all
 * four. Use it with `reducedMotion: 'reduce'`, and without a trace.
 */
export async function expectAccessible(page: Page, tags: string[] = EVERYTHING): Promise<void> {
  // A page without frames is looked at in place, which axe calls its legacy mode: else each look opens another page.
  expect(page.frames()).toHaveLength(1);
  const { pathname, search } = new URL(page.url());
  const [pair, ...rest] = allOrOne(PAIRS, pathname.length + search.length);
  const [one, other] = pair ?? PAIRS[0];
  const colourRules = await look(page, one, new AxeBuilder({ page }).withTags(tags));
  // axe is in the page by now: to bring it again would take half of the time of each look.
  const axe = () => new AxeBuilder({ page, axeSource: ';' });
  await look(page, other, axe().withTags(tags));
  // A scheme changes colours and nothing else, and every rule has seen both sizes: what is left is how the colours of
  // each scheme meet what stands behind them at the other size.
  expect(colourRules).toContain('color-contrast');
  for (const dress of rest.flat()) await look(page, dress, axe().withRules(colourRules));
  await page.setViewportSize(NARROWEST);
  await untilDrawn(page);
  expect(await tooWide(page), `what does not fit into ${NARROWEST.width} pixels on ${page.url()}`).toEqual([]);
}

/**
 * Expects that axe finds nothing at this size, in these colours.
 *
 * @returns Those of the rules that it went by which axe itself puts into its category of colour.
 */
async function look(page: Page, { viewport, colorScheme }: Dress, axe: AxeBuilder): Promise<string[]> {
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
