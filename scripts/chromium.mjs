// @ts-check
// A Chromium for the end-to-end tests and the benches in a browser.
import { existsSync } from 'node:fs';

/** The headless shell first, which is also what Playwright installs: it draws no window, and takes half the time. */
const KNOWN_PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium is; '' for Playwright's own, which Playwright finds by itself; null when there is none. */
export async function findChromium() {
  const given = process.env['HANDSTAMP_CHROMIUM'];
  if (given) return given;
  const { chromium } = await import('@playwright/test');
  if (existsSync(chromium.executablePath())) return '';
  return KNOWN_PLACES.find((place) => existsSync(place)) ?? null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const CHROMIUM = {
  what: 'Chromium, in which the pages are tested',
  variable: 'HANDSTAMP_CHROMIUM',
  find: findChromium,
  command: 'npx playwright install --with-deps chromium',
  debianPackages: ['chromium-headless-shell'],
};
