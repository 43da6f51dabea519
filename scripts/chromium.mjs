// A Chromium for the end-to-end tests.
import { existsSync } from 'node:fs';
import { installPackages } from './debian-packages.mjs';

const KNOWN_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Where Chromium is; null: Playwright's own, which it finds by itself. On Debian, as root, Chromium is installed when
 * there is none.
 */
export async function findChromium() {
  const given = process.env['HANDSTAMP_CHROMIUM'];
  if (given) return given;
  const { chromium } = await import('@playwright/test');
  if (existsSync(chromium.executablePath())) return null;
  const present = KNOWN_PLACES.find((place) => existsSync(place));
  if (present !== undefined) return present;
  const missing = 'There is no Chromium for the end-to-end tests: run `npx playwright install --with-deps chromium`.';
  await installPackages('Installing Chromium', ['chromium'], missing);
  return '/usr/bin/chromium';
}
