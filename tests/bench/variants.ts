import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findFreePort } from '@/scripts/free-port.mjs';
import { plainEnvironment, REPOSITORY, testEnvironment } from '@/tests/support/server/environment';
import { say } from './report';

/**
 * `product`: Handstamp with two routes more. `untraced`: the same without any telemetry in it. `open`: those routes without
 * protection. `empty`: behind a middleware that does nothing. `bare`: the least app that Next takes, nothing of ours but an
 * empty page.
 */
export type Variant = 'product' | 'untraced' | 'open' | 'empty' | 'bare';

/** Where a variant's files come from, by where they go. Folders stand for all that is in them. */
const REFERENCE = 'tests/bench/reference';
const CONFIGURATION = ['next.config.js', 'postcss.config.mjs', 'tsconfig.json', 'package.json'];
/** What is around every page of the product: its document, and what stands in for a page that fails or is not there. */
const SAME_DOCUMENT = [
  ...['app/layout.tsx', 'app/globals.css', 'app/_fonts', 'app/_styles', 'lib/core', 'site.ts'],
  ...['app/error.tsx', 'app/global-error.tsx', 'app/not-found.tsx', 'app/icon.svg'],
  ...['app/_components/frame', 'app/_components/session', 'app/_components/stamp'],
];
const asTheyAre = (files: readonly string[]) => Object.fromEntries(files.map((file) => [file, file]));
const references = (...names: readonly string[]) => asTheyAre(names.map((name) => `${REFERENCE}/${name}`));
const FACTS = references('facts.ts', 'facts-list.tsx');
const PROTECTED = references('protected-route.ts', 'protected-page.tsx');
const OPEN = {
  ...asTheyAre([...CONFIGURATION, ...SAME_DOCUMENT]),
  ...FACTS,
  ...references('open-route.ts', 'open-page.tsx'),
  'app/session-root.tsx': `${REFERENCE}/no-session.tsx`,
  'lib/server/sessions/session-if-known.ts': `${REFERENCE}/nobody-known.ts`,
  // Without a file of this name the build would take the repository's own, from three folders up.
  'instrumentation.ts': `${REFERENCE}/no-instrumentation.ts`,
};
const PRODUCT = {
  ...asTheyAre([...CONFIGURATION, 'app', 'lib', 'site.ts', 'claims.ts', 'middleware.ts', 'instrumentation.ts']),
  ...FACTS,
  ...PROTECTED,
  ...references('open-page.tsx'),
};
const FILES: Record<Variant, Readonly<Record<string, string>>> = {
  product: PRODUCT,
  untraced: {
    ...PRODUCT,
    'lib/server/observability/telemetry.ts': `${REFERENCE}/no-telemetry.ts`,
    'instrumentation.ts': `${REFERENCE}/plain-instrumentation.ts`,
  },
  open: { ...OPEN, 'middleware.ts': `${REFERENCE}/unmatched-middleware.ts` },
  empty: { ...OPEN, 'middleware.ts': `${REFERENCE}/empty-middleware.ts` },
  bare: {
    ...asTheyAre(['tsconfig.json', 'package.json']),
    'app/layout.tsx': `${REFERENCE}/bare-layout.tsx`,
    'app/page.tsx': `${REFERENCE}/empty-page.tsx`,
    'middleware.ts': `${REFERENCE}/unmatched-middleware.ts`,
    'instrumentation.ts': `${REFERENCE}/no-instrumentation.ts`,
  },
};
/** Routes that only name a file: Next finds routes by where they are. */
const PRODUCT_ROUTES = {
  'app/api/bench/route.ts': 'protected-route',
  'app/account/bench/page.tsx': 'protected-page',
  'app/account/bench-edge/page.tsx': 'open-page',
};
const ROUTES: Record<Variant, Readonly<Record<string, string>>> = {
  product: PRODUCT_ROUTES,
  untraced: PRODUCT_ROUTES,
  open: { 'app/api/bench/route.ts': 'open-route', 'app/account/bench/page.tsx': 'open-page' },
  empty: { 'app/api/bench/route.ts': 'open-route', 'app/account/bench/page.tsx': 'open-page' },
  bare: {},
};

/** APP_ORIGIN of the product under load, whatever port it listens on. */
export const ORIGIN = 'http://localhost:3000';
/** What the product under load is set to: its access tokens outlive every round. */
export const LOAD_SETTINGS = { APP_ORIGIN: ORIGIN, ACCESS_TOKEN_TTL_SECONDS: '900' };
/** The two addresses that every variant but `bare` has. */
export const JSON_PATH = '/api/bench';
export const PAGE_PATH = '/account/bench';
/** In `product`, protected by the middleware and by nothing behind it: shows what the edge knows. */
export const EDGE_PATH = '/account/bench-edge';

/**
 * Builds a variant beside the product, unless it was built of the same files. It lies below `.data`, so that it finds the
 * packages of the repository.
 *
 * @returns Its folder.
 */
export async function buildVariant(variant: Variant): Promise<string> {
  const folder = path.join(REPOSITORY, '.data/bench', variant);
  const hash = await hashOf(Object.values(FILES[variant]));
  const marker = path.join(folder, '.next/bench-hash');
  if ((await readFile(marker, 'utf8').catch(() => '')) === hash) return folder;
  say(`building ${variant}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [to, from] of Object.entries(FILES[variant])) {
    await cp(path.join(REPOSITORY, from), path.join(folder, to), { recursive: true });
  }
  for (const [route, module] of Object.entries(ROUTES[variant])) await writeRoute(folder, route, module);
  const env = { ...plainEnvironment(), NEXT_TELEMETRY_DISABLED: '1' };
  const next = path.join(REPOSITORY, 'node_modules/next/dist/bin/next');
  const child = spawn(process.execPath, [next, 'build'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The variant ${variant} could not be built:\n${output}`);
  await writeFile(marker, hash);
  return folder;
}

async function writeRoute(folder: string, route: string, module: string): Promise<void> {
  const source = `@/tests/bench/reference/${module}`;
  await mkdir(path.dirname(path.join(folder, route)), { recursive: true });
  await writeFile(
    path.join(folder, route),
    route.endsWith('page.tsx') ? `export { default } from '${source}';\n` : `export * from '${source}';\n`,
  );
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...files].sort()) {
    const full = path.join(REPOSITORY, file);
    const below = await readdir(full, { recursive: true, withFileTypes: true }).catch(() => null);
    const inside = below?.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    for (const one of (inside ?? [full]).sort()) hash.update(one).update(await readFile(one));
  }
  return hash.digest('hex');
}

export type BenchServer = { readonly origin: string; readonly port: number; readonly process: ChildProcess };

/**
 * Starts a built variant on a database, and waits until it answers. The caller ends the process. `flags` are Node's own.
 */
export async function startVariant(
  variant: Variant,
  databaseUrl: string,
  env: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<BenchServer> {
  const folder = await buildVariant(variant);
  const port = await findFreePort();
  const preload = new URL(`../../scripts/die-with-parent.mjs?parent=${process.pid}`, import.meta.url).href;
  const next = path.join(REPOSITORY, 'node_modules/next/dist/bin/next');
  const listen = ['start', '-H', '127.0.0.1', '-p', String(port)];
  const child = spawn(process.execPath, [...flags, '--import', preload, next, ...listen], {
    cwd: folder,
    env: Object.assign(plainEnvironment(), testEnvironment(databaseUrl, port), env),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const origin = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isUp = await fetch(`${origin}${JSON_PATH}`).then(
      () => true,
      () => false,
    );
    if (isUp) return { origin, port, process: child };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill();
  throw new Error(`The variant ${variant} did not answer`);
}
