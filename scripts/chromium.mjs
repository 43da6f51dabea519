// A Chromium for the end-to-end tests.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Failure, finish, startProgram, step } from './processes.mjs';

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
  const canInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (!canInstall) throw new Failure(missing);
  await step('Installing Chromium', async () => {
    await finish(startProgram('apt-get', ['update', '-q']), missing);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await finish(startProgram('apt-get', ['install', '-qy', '--no-install-recommends', 'chromium'], { env }), missing);
  });
  return '/usr/bin/chromium';
}
