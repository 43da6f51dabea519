// @ts-check
// `npm run screenshots [-- ORIGIN]`: the pictures of README.md, taken by Chromium into docs/images. Without ORIGIN it starts
// a server of its own on an empty embedded database; with one it uses the Handstamp that runs there with demo accounts.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from './chromium.mjs';
import { findFreePort } from './free-port.mjs';
import { build, checkNode, generateClient, install, TYPESCRIPT_FLAGS } from './preparation.mjs';
import { endAll, finish, ROOT, runScript, startNode } from './processes.mjs';
import { untilHealthy } from './readiness.mjs';

const FOLDER = path.join(ROOT, 'docs', 'images');
const MAX_BYTES = 200 * 1024;
const EMAIL = 'member@handstamp.test';
const PASSWORD = 'violet-otter-maps-the-harbour';

/**
 * The same on every machine, as far as a browser can be told. Times and identifiers in the pictures are real ones.
 *
 * @type {import('@playwright/test').BrowserContextOptions}
 */
const WINDOW = {
  viewport: { width: 1120, height: 656 },
  deviceScaleFactor: 1.25,
  locale: 'en-GB',
  timezoneId: 'UTC',
  reducedMotion: 'reduce',
};

/**
 * A server with nothing in it but the demo accounts, below a folder that only this user can enter.
 *
 * @param {string} folder
 * @returns {Promise<string>} Its origin.
 */
async function startServer(folder) {
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const database = startNode(['scripts/embedded-database.mjs', path.join(folder, 'database'), folder], {
    watchesStdin: true,
  });
  const ended = finish(database, 'The embedded database did not start.');
  // It prints one word, and only once it serves.
  await Promise.race([database.stdout && once(database.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  /** @type {NodeJS.ProcessEnv} */
  const env = {
    ...process.env,
    DATABASE_URL: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}&sslmode=disable`,
    AUTH_SECRET: randomBytes(32).toString('base64url'),
    APP_ORIGIN: origin,
    INTERNAL_ORIGIN: `http://127.0.0.1:${port}`,
    PORT: String(port),
    HANDSTAMP_DATA: folder,
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_MANUAL_SIG_HANDLE: '1',
    DRAIN_SECONDS: '0',
    // No file of settings is read: the pictures are the same on every machine.
    __NEXT_PROCESSED_ENV: 'true',
  };
  delete env['NODE_ENV'];
  for (const program of ['lib/server/cli/migrate.ts', 'prisma/seed.ts']) {
    await finish(startNode([...TYPESCRIPT_FLAGS, program], { env }), `${program} failed.`);
  }
  await build(env);
  const next = ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)];
  const server = startNode(next, { env });
  const printed = finish(server, 'The server ended by itself.').catch((error) => error.output);
  await untilHealthy(server, port, () => (server.exitCode === null ? '' : printed));
  return origin;
}

/**
 * Both pictures in one colour scheme: the way in, and the page behind it.
 *
 * @param {import('@playwright/test').Browser} browser
 * @param {string} origin
 * @param {'light' | 'dark'} colorScheme
 */
async function shoot(browser, origin, colorScheme) {
  const context = await browser.newContext({ ...WINDOW, colorScheme });
  try {
    const page = await context.newPage();
    await page.goto(`${origin}/login`);
    await picture(page, `login-${colorScheme}.png`);
    await page.getByLabel('Email').fill(EMAIL);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(`${origin}/dashboard`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await picture(page, `dashboard-${colorScheme}.png`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(/\/login/);
  } finally {
    await context.close();
  }
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 */
async function picture(page, name) {
  const file = path.join(FOLDER, name);
  // Our own typeface may come too late for the first page of a browser; the second time it is at hand.
  await page.reload({ waitUntil: 'networkidle' });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new Error(`${name} has ${size} bytes: ${MAX_BYTES} are the most for a picture.`);
  console.log(`  ${path.relative(ROOT, file)}, ${(size / 1024).toFixed(0)} KB`);
}

async function main() {
  const given = process.argv[2];
  checkNode();
  process.chdir(ROOT);
  await install();
  await generateClient();
  // Where none is found, Playwright says how to get its own.
  const executablePath = (await findChromium()) || undefined;
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'handstamp-pictures-'));
  try {
    const origin = given ?? (await startServer(folder));
    const { chromium } = await import('@playwright/test');
    const args = ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
    const browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) });
    try {
      await shoot(browser, origin, 'light');
      await shoot(browser, origin, 'dark');
    } finally {
      await browser.close();
    }
  } finally {
    await endAll();
    await rm(folder, { recursive: true, force: true });
  }
}

await runScript(main);
