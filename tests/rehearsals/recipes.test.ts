import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, stepsOf } from '@/tests/support/copy/recipes';
import { copyRepository, PROGRAMS, type RepositoryCopy } from '@/tests/support/copy/repository-copy';
import { sql } from '@/tests/support/database/sql';
import { useDatabase } from '@/tests/support/database/use-database';
import { mailTo } from '@/tests/support/http/mailbox';
import { problemOf } from '@/tests/support/http/problems';
import { claimsOf } from '@/tests/support/http/programs';
import { send } from '@/tests/support/http/requests';
import { COOKIE, createPerson, PASSWORD } from '@/tests/support/people';
import { testEnvironment } from '@/tests/support/server/environment';
import { startServer, type TestServer } from '@/tests/support/server/server';

// docs/your-code.md from top to bottom: its files, edits, commands and statements in a copy of the repository, which is
// built once and then asked. The document names the person to whom it gives the third role, and the site.
const EDITOR = { email: 'mira@example.com', password: PASSWORD };
const MEMBER = { email: 'noah@example.com', password: PASSWORD };
const ADMIN = { email: 'ada@example.com', password: PASSWORD };
const NAME = 'Ledgerly';

const { url } = await useDatabase();
let copy: RepositoryCopy;
let server: TestServer;
let browser: Browser;

type Jar = Readonly<Record<string, string>>;
const jars: { editor: Jar; member: Jar; admin: Jar } = { editor: {}, member: {}, admin: {} };

/** `npm run x -- y` and `npx prisma z` of the document. npx by itself would look for packages in the copy alone. */
async function runLine(line: string): Promise<void> {
  const [program = '', ...args] = line.split(' ');
  const isPrisma = program === 'npx' && args[0] === 'prisma';
  const [command, given] = isPrisma ? [process.execPath, [PROGRAMS.prisma, ...args.slice(1)]] : [program, args];
  const { code, output } = await copy.run(command, given, testEnvironment(url));
  if (code !== 0) throw new Error(`${line} ended with code ${code}:\n${output}`);
}

beforeAll(async () => {
  await createPerson({ ...EDITOR, name: 'Mira', hasPassword: true });
  await createPerson({ ...MEMBER, name: 'Noah', hasPassword: true });
  await createPerson({ ...ADMIN, name: 'Ada', role: 'admin', hasPassword: true });
  copy = await copyRepository('your-code');
  const run = {
    command: runLine,
    sql: async (line: string) => {
      await sql(url, line);
    },
  };
  for (const step of stepsOf(await copy.read('docs/your-code.md'))) await apply(step, copy, run);
  await runLine('npm run build');
  server = await startServer({ databaseUrl: url, folder: copy.folder });
  jars.editor = (await logIn(EDITOR)).cookies;
  jars.member = (await logIn(MEMBER)).cookies;
  jars.admin = (await logIn(ADMIN)).cookies;
  const executablePath = process.env['HANDSTAMP_CHROMIUM'];
  browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
}, 480_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await copy?.remove();
});

/** A browser that is signed in. */
async function browserOf(jar: Jar, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: server.origin, ...options });
  await context.addCookies(Object.entries(jar).map(([name, value]) => ({ name, value, url: server.origin })));
  return context;
}

const logIn = (account: { email: string; password: string }) =>
  send(server, '/api/auth/login', { method: 'POST', json: { ...account, remember: true } });
const textOf = async (path: string, cookies: Jar): Promise<string> => (await send(server, path, { cookies })).text;
const headingOf = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

describe('a page', () => {
  test('leads a visitor to the login page and back', async () => {
    const answer = await send(server, '/invoices');
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.location ?? '', server.origin);
    expect(location.href).toBe(`${server.origin}/login?next=%2Finvoices`);
  });

  test('is shown to a member, also to one whose access token has run out', async () => {
    const { [COOKIE.refresh]: refresh = '' } = jars.member;
    for (const cookies of [jars.member, { [COOKIE.refresh]: refresh }]) {
      const answer = await send(server, '/invoices', { cookies });
      expect(answer.status).toBe(200);
      expect(answer.text).toContain(`<title>Invoices · ${NAME}</title>`);
    }
  });
});

describe('an action, the table and the mail', () => {
  test('a form writes a row of its owner, which the page then shows, and mails the owner', async () => {
    const context = await browserOf(jars.member);
    const page = await context.newPage();
    await page.goto('/invoices');
    await page.getByRole('link', { name: 'New invoice' }).click();
    await page.getByLabel('Title').fill('Three lanterns');
    await page.getByLabel('Amount in cents').fill('1999');
    await page.getByRole('button', { name: 'Add invoice' }).click();
    await page.waitForURL('/invoices');
    expect(await page.getByRole('listitem').filter({ hasText: 'Three lanterns' }).textContent()).toContain('€19.99');
    await context.close();

    const rows = await sql(url, 'SELECT i.title, i.cents, u.email FROM "Invoice" i JOIN "User" u ON u.id = i."userId"');
    expect(rows).toEqual([{ title: 'Three lanterns', cents: 1999, email: MEMBER.email }]);

    const mail = await mailTo(server, MEMBER.email, { pattern: /Three lanterns/ });
    expect(mail.subject).toBe('A new invoice');
    expect(mail.text).toContain(`${server.origin}/invoices`);
    expect(mail.text.trimEnd().split('\n').at(-1)).toBe(NAME);
  });

  test('what is wrong is said, and nothing is written', async () => {
    const context = await browserOf(jars.admin);
    const page = await context.newPage();
    await page.goto('/invoices/new');
    await page.getByLabel('Title').fill('Air');
    await page.getByLabel('Amount in cents').fill('nothing');
    await page.getByRole('button', { name: 'Add invoice' }).click();
    await page.getByText('Give it a title and an amount in cents.').waitFor();
    await context.close();
    expect(await sql(url, `SELECT id FROM "Invoice" WHERE title = 'Air'`)).toEqual([]);
  });
});

describe('a route', () => {
  test('refuses whoever has no session, another site, a method that is not there and a body of another shape', async () => {
    const invoice = { title: 'A bell', cents: 500 };
    const foreign = { origin: 'https://elsewhere.example' };
    const asEditor = { cookies: jars.editor, method: 'POST' };
    const refusals = [
      await send(server, '/api/invoices'),
      await send(server, '/api/invoices', { ...asEditor, json: invoice, headers: foreign }),
      await send(server, '/api/invoices', { ...asEditor, method: 'DELETE' }),
      await send(server, '/api/invoices', { ...asEditor, json: { ...invoice, cents: -1 } }),
    ];
    expect(refusals.map(problemOf)).toEqual([
      '401 unauthenticated',
      '403 origin_refused',
      '405 method_not_allowed',
      '422 validation_failed',
    ]);
    expect(refusals[2]?.headers.allow).toBe('GET, HEAD, POST, OPTIONS');
  });

  test("writes and lists the caller's own invoices, and nobody else's", async () => {
    const json = { title: 'A bell', cents: 500 };
    const created = await send(server, '/api/invoices', { cookies: jars.editor, method: 'POST', json });
    expect(created.status).toBe(201);
    const listed: { invoices: { title: string }[] } = JSON.parse(await textOf('/api/invoices', jars.editor));
    expect(listed.invoices.map(({ title }) => title)).toEqual(['A bell']);
  });

  test('is called by a client component, which shows what it got', async () => {
    const context = await browserOf(jars.editor);
    const page = await context.newPage();
    await page.goto('/invoices');
    await page.getByText('1 in all').waitFor();
    expect(await page.getByText('1 in all').isVisible()).toBe(true);
    await context.close();
  });
});

test('an admin page shows all invoices to admins, and is not there for members', async () => {
  expect((await send(server, '/admin/invoices', { cookies: jars.member })).status).toBe(404);
  const html = await textOf('/admin/invoices', jars.admin);
  for (const text of ['All invoices', 'Three lanterns', MEMBER.email, 'A bell', EDITOR.email]) {
    expect(html).toContain(text);
  }
  expect(await textOf('/admin/users', jars.admin)).toContain('href="/admin/invoices"');
});

test('a field on the user is kept by its page, and told by login and /api/me', async () => {
  const context = await browserOf(jars.member);
  const page = await context.newPage();
  await page.goto('/account');
  await page.getByRole('link', { name: 'Company' }).click();
  await page.getByText('No company yet').waitFor();
  await page.getByLabel('Company').fill('Harbour Works');
  await page.getByRole('button', { name: 'Save company' }).click();
  await page.getByText('You work for Harbour Works').waitFor();
  await context.close();

  const user = { email: MEMBER.email, role: 'member', company: 'Harbour Works' };
  expect(JSON.parse(await textOf('/api/me', jars.member))).toMatchObject({ user });
  expect((await logIn(MEMBER)).json()).toMatchObject({ user });
});

test('claims of the product are in the token as soon as they change, and the person stays signed in', async () => {
  const context = await browserOf(jars.member);
  const page = await context.newPage();
  const ownClaims = async () => {
    const cookie = (await context.cookies()).find(({ name }) => name === COOKIE.access);
    const { org, permissions } = claimsOf(cookie?.value ?? '');
    return { org, permissions };
  };
  await page.goto('/team');
  await page.getByText('No team yet').waitFor();
  expect(await ownClaims()).toEqual({ org: null, permissions: [] });
  await page.getByRole('button', { name: 'Join north' }).click();
  await page.getByText('You are in north and may: orders:read').waitFor();
  const renewed = async () => {
    await page.goto('/team');
    await page.getByText('You are in north and may: orders:read').waitFor();
    return ownClaims();
  };
  await expect.poll(renewed, { timeout: 10_000 }).toEqual({ org: 'north', permissions: ['orders:read'] });
  await context.close();
});

test('a third role opens its page to whoever has it, and is named where roles are shown', async () => {
  expect((await send(server, '/editorial', { cookies: jars.member })).status).toBe(404);
  expect((await send(server, '/editorial', { cookies: jars.editor })).status).toBe(200);
  expect(JSON.parse(await textOf('/api/auth/session', jars.editor))).toMatchObject({ role: 'editor' });
  expect(await textOf('/account', jars.editor)).toContain('<dd>Editor</dd>');
  expect(await textOf('/admin/users', jars.admin)).toContain('>Editor<');
});

test('name and colours are those of the owner on every page', async () => {
  const context = await browser.newContext({ baseURL: server.origin, colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto('/login');
  expect(await page.title()).toBe(`Sign in · ${NAME}`);
  expect(await page.getByRole('banner').textContent()).toBe(NAME);
  const button = page.getByRole('button', { name: 'Sign in', exact: true });
  expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(11, 93, 78)');
  await page.goto('/');
  expect(await page.locator('svg').last().textContent()).toContain(NAME.toUpperCase());
  expect(await headingOf(page)).toBe('Stamped once at the door');
  await context.close();
});

describe('a page of the build before', () => {
  /** Opens the account page as the repository's own build makes it, and leaves the next build in its place. */
  async function openBeforeDeploy(page: Page): Promise<void> {
    const { port } = server;
    await server.stop();
    const older = await startServer({ databaseUrl: url, port });
    await page.goto('/account');
    await page.getByLabel('Name').fill('Noah of Two Builds');
    await older.stop();
    server = await startServer({ databaseUrl: url, port, folder: copy.folder });
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.getByRole('heading', { name: 'This page is older than the server' }).waitFor();
  }

  test('says that it is older than the server, and reloading keeps what was typed', async () => {
    const context = await browserOf(jars.member);
    const page = await context.newPage();
    await openBeforeDeploy(page);
    await page.getByRole('button', { name: 'Reload it' }).click();
    await page.getByRole('link', { name: 'Company' }).waitFor();
    await expect.poll(() => page.getByLabel('Name').inputValue(), { timeout: 30_000 }).toBe('Noah of Two Builds');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.getByText('Saved. Hello, Noah of Two Builds.').waitFor();
    await context.close();
  });

  test('leads on with scripts off too, and nothing is done by halves', async () => {
    const context = await browserOf(jars.admin, { javaScriptEnabled: false });
    const page = await context.newPage();
    await openBeforeDeploy(page);
    await page.getByRole('link', { name: 'Open it anew' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('Ada');
    await context.close();
  });
});
