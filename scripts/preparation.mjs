// @ts-check
// What has to be true before anything of the project can run. Node built-ins only: node_modules may not exist yet.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from './failure.mjs';
import { finish, ROOT, startNode, startProgram } from './processes.mjs';
import { step } from './progress.mjs';

const LEAST_NODE = { major: 20, minor: 19 };

/** Flags for a TypeScript program of lib/server: it runs as server code, outside of Next. */
export const TYPESCRIPT_FLAGS = ['--conditions=react-server', '--import', './scripts/typescript.mjs'];

export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE.major || (major === LEAST_NODE.major && minor >= LEAST_NODE.minor)) return;
  const least = `${LEAST_NODE.major}.${LEAST_NODE.minor}`;
  throw new Failure(`Handstamp needs Node.js ${least} or newer; this is ${process.versions.node}.`);
}

/** @param {string} file */
async function modifiedAt(file) {
  return (await stat(path.join(ROOT, file)).catch(() => null))?.mtimeMs ?? 0;
}

/** False when there are no packages, or the lock is newer than they are. */
export async function isInstalled() {
  // npm writes this file last.
  const installedAt = await modifiedAt('node_modules/.package-lock.json');
  return installedAt !== 0 && installedAt >= (await modifiedAt('package-lock.json'));
}

/** Installs packages where they are missing or old. */
export async function install() {
  if (await isInstalled()) return;
  await step('Installing packages', () =>
    finish(
      startNpm(['install', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
      'npm install failed: check the network and that the package registry can be reached.',
    ),
  );
}

/** @param {string[]} args */
function startNpm(args) {
  const npm = process.env['npm_execpath'];
  if (npm?.endsWith('npm-cli.js')) return startProgram(process.execPath, [npm, ...args]);
  return startProgram('npm', args);
}

/** Makes the database client of the present schema. */
export async function generateClient() {
  const marker = 'lib/server/database/generated/.schema-hash';
  const hash = await hashOf(['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json']);
  if ((await readText(marker)) === hash) return;
  await step('Generating the database client', () =>
    finish(startNode(['node_modules/prisma/build/index.js', 'generate']), 'prisma generate failed.'),
  );
  await writeFile(path.join(ROOT, marker), hash);
}

const BUILD_MARKER = '.next/source-hash';

/**
 * True when there is a build, made by `build`, of the present sources; with HANDSTAMP_STANDALONE one for an image too.
 *
 * @param {Readonly<Record<string, string | undefined>>} [env]
 */
export async function isBuilt(env = {}) {
  const made = env['HANDSTAMP_STANDALONE'] === '1' ? '.next/standalone/server.js' : '.next/BUILD_ID';
  return (await modifiedAt(made)) !== 0 && (await readText(BUILD_MARKER)) === (await hashOf(await sources()));
}

/**
 * Builds for production, unless the build is of the present sources.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function build(env) {
  if (await isBuilt(env)) return;
  // Of what was there before the build: what changes meanwhile may not be in it.
  const hash = await hashOf(await sources());
  await step('Building', () =>
    finish(startNode(['node_modules/next/dist/bin/next', 'build'], { env }), 'next build failed.'),
  );
  await writeFile(path.join(ROOT, BUILD_MARKER), hash);
}

/** Folders at the top that no build reads. */
const NO_SOURCES = /^\.|^(?:dist|docs|examples|node_modules|playwright-report|scripts|test-results|tests)$/;
const GENERATED = path.join('lib', 'server', 'database', 'generated');

/** Every file that a build reads, apart from packages and what is generated from them. */
async function sources() {
  const top = await readdir(ROOT, { withFileTypes: true });
  const files = top
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts|mjs|js|json|css)$/.test(entry.name))
    .map((entry) => entry.name)
    .filter((name) => name !== 'next-env.d.ts');
  // A page may import from any folder, such as an owner's `components`.
  const folders = top.filter((entry) => entry.isDirectory() && !NO_SOURCES.test(entry.name));
  for (const { name: folder } of folders) {
    const entries = await readdir(path.join(ROOT, folder), { withFileTypes: true, recursive: true }).catch(() => []);
    for (const entry of entries) {
      const file = path.relative(ROOT, path.join(entry.parentPath, entry.name));
      if (entry.isFile() && !file.startsWith(GENERATED)) files.push(file);
    }
  }
  return files.sort();
}

/** @param {readonly string[]} files */
async function hashOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(`\0${file}\0`).update(await readFile(path.join(ROOT, file)));
  return hash.digest('hex');
}

/** @param {string} file */
async function readText(file) {
  return readFile(path.join(ROOT, file), 'utf8').catch(() => '');
}
