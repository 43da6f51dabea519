import { scriptLoadedBy } from '@/tests/bench/browser-script';
import { GUEST_PAGES } from '@/tests/support/browser/pages';
import { expect, test } from './fixtures';

const MAX_FONT_BYTES = 30_000;

/** What an empty app of Next 16.4.6 loads, by `npm run bench -- browser`: to be read there anew when Next changes. */
const EMPTY_APP_BYTES = 136_250;
const MAX_SCRIPT_OF_OURS_BYTES = 10_000;
/** What the list of demo accounts adds to the HTML's own script: only a server of a developer shows it. */
const DEMO_ACCOUNTS_BYTES = 280;

test('a first visit fetches 30 KB of typeface at most, whatever page it is of', async ({
  openBrowser,
  signedIn,
  page,
  expectFault,
}) => {
  expectFault(/status of 404/);
  const paths = [...new Set(GUEST_PAGES.map(({ path }) => path.split('?', 1)[0] ?? '/'))];
  const bytesOf = async (path: string, visitor: typeof page): Promise<number> => {
    const sizes: Promise<number>[] = [];
    visitor.on('response', (response) => {
      if (response.url().endsWith('.woff2')) sizes.push(response.body().then((body) => body.length));
    });
    await visitor.goto(path, { waitUntil: 'networkidle' });
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  };
  expect(await bytesOf('/dashboard', page), `of ${signedIn.name}`).toBeLessThanOrEqual(MAX_FONT_BYTES);
  for (const path of paths) {
    const context = await openBrowser();
    const bytes = await bytesOf(path, await context.newPage());
    expect(bytes, path).toBeGreaterThan(0);
    expect(bytes, path).toBeLessThanOrEqual(MAX_FONT_BYTES);
    await context.close();
  }
});

test('the login page loads 10 KB of script at most beside what Next loads for an empty page', async ({
  browser,
  origin,
}) => {
  const { fileBytes, inlineBytes } = await scriptLoadedBy(browser, `${origin}/login`);
  const ours = fileBytes + inlineBytes - DEMO_ACCOUNTS_BYTES - EMPTY_APP_BYTES;
  expect(ours, `gzip, above ${EMPTY_APP_BYTES} bytes`).toBeLessThanOrEqual(MAX_SCRIPT_OF_OURS_BYTES);
  // Far below, Next has become smaller, and the test would let too much through.
  expect(ours).toBeGreaterThan(MAX_SCRIPT_OF_OURS_BYTES - 2_000);
});
