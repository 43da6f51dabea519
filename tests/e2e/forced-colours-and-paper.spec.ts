import { expect, test } from './fixtures';

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
