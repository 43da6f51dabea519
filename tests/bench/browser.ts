import { chromium } from '@playwright/test';
import { createDatabase, dropDatabase, startPostgres } from '@/tests/support/database/postgres';
import { testEnvironment } from '@/tests/support/server/environment';
import { type LoadedScript, scriptLoadedBy } from './browser-script';
import { postgresVersion, quantity, type Table, writeReport } from './report';
import { startVariant } from './variants';

const PAGES = ['/login', '/register', '/verify-email', '/'];

async function main(): Promise<void> {
  const postgres = await startPostgres();
  const databaseUrl = await createDatabase(postgres.adminUrl);
  Object.assign(process.env, testEnvironment(databaseUrl));
  const bare = await startVariant('bare', databaseUrl);
  const product = await startVariant('product', databaseUrl);
  const executablePath = process.env['HANDSTAMP_CHROMIUM'];
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
  try {
    const empty = await scriptLoadedBy(browser, bare.origin);
    const pages: [string, LoadedScript][] = [];
    for (const path of PAGES) pages.push([path, await scriptLoadedBy(browser, product.origin + path)]);
    writeReport({ postgres: await postgresVersion(postgres.adminUrl), tables: [scripts(empty, pages)] });
  } finally {
    await browser.close();
    bare.process.kill();
    product.process.kill();
    await dropDatabase(postgres.adminUrl, databaseUrl);
    await postgres.stop();
  }
}

const together = ({ fileBytes, inlineBytes }: LoadedScript): number => fileBytes + inlineBytes;

function scripts(empty: LoadedScript, pages: readonly (readonly [path: string, script: LoadedScript])[]): Table {
  const row = (name: string, script: LoadedScript, above: string, aim: string) => {
    const sizes = [script.fileBytes, script.inlineBytes, together(script), script.aheadBytes];
    return [name, String(script.files), ...sizes.map((size) => quantity(size, 'bytes')), above, aim];
  };
  return {
    heading: 'Script of the pages at the door, gzip',
    columns: ['', 'files', 'in files', 'in the HTML', 'together', 'fetched ahead', 'above an empty app', 'aim'],
    rows: [
      row('an empty app', empty, '-', '-'),
      ...pages.map(([path, script]) => {
        const above = quantity(together(script) - together(empty), 'bytes');
        return row(path, script, above, path === '/login' ? '≤ 10 KB' : '-');
      }),
    ],
    notes: [
      'What Chromium fetches with an empty cache until it falls silent, each file compressed by itself. The empty app is of ' +
        'the same Next: a layout of one element, a page of none, and no file of the product.',
    ],
  };
}

await main();
