import { gzipSync } from 'node:zlib';
import type { Browser, Response } from '@playwright/test';

/** Bytes of script, each file compressed by itself with gzip, the HTML's own as one. */
export type LoadedScript = {
  readonly files: number;
  readonly fileBytes: number;
  readonly inlineBytes: number;
  /** What was fetched, of any kind, for a page before it was opened. */
  readonly aheadBytes: number;
};

/** Everything that a browser without a cache fetches for a page until it has been silent for half a second. */
export async function scriptLoadedBy(browser: Browser, address: string): Promise<LoadedScript> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const responses: Response[] = [];
    page.on('response', (response) => responses.push(response));
    const document = await page.goto(address, { waitUntil: 'networkidle' });
    if (document?.status() !== 200) throw new Error(`${address}: ${document?.status()}`);
    const [ahead, now] = [responses.filter(isAhead), responses.filter((response) => !isAhead(response))];
    const scripts = now.filter((response) => response.request().resourceType() === 'script');
    const inline = await page.evaluate(() =>
      [...window.document.scripts].map(({ src, textContent }) => (src === '' ? textContent : '')).join(''),
    );
    return {
      files: scripts.length,
      fileBytes: await gzipBytes(scripts),
      inlineBytes: gzipSync(inline).length,
      aheadBytes: await gzipBytes(ahead),
    };
  } finally {
    await context.close();
  }
}

/** Next's router and the browser's own speculation each mark what they fetch ahead. */
function isAhead(response: Response): boolean {
  const headers = response.request().headers();
  return 'next-router-prefetch' in headers || 'sec-purpose' in headers || headers['purpose'] === 'prefetch';
}

async function gzipBytes(responses: readonly Response[]): Promise<number> {
  const sizes = await Promise.all(responses.map(async (response) => gzipSync(await response.body()).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}
