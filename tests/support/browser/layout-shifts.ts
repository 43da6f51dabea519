import type { Page } from '@playwright/test';

type Shift = PerformanceEntry & { readonly value: number; readonly sources: readonly { readonly node?: Node }[] };
type Watched = Window & { layoutShifts?: () => string[] };

/** From now on every page that opens here notes what moves on it without having been touched (Layout Instability API). */
export async function watchShifts(page: Page): Promise<void> {
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
export async function shiftsOf(page: Page): Promise<string[]> {
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
