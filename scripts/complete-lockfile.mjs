// @ts-check
// `npm run lock:complete`: a registry mirror may lack the packages of other platforms. npm then leaves them out of the
// lock, and `npm ci` refuses that lock everywhere. This names each missing one with its version and platform, and asks the
// registry for the digest of each that has none: without it `npm ci` would take whatever comes under that name.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finish, ROOT, runScript, startProgram } from './processes.mjs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/**
 * @typedef {object} Facts What a registry says of a version, and the lock repeats.
 * @property {string} [integrity]
 * @property {string} [license]
 * @property {Record<string, string>} [engines]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @typedef {Facts & { version: string, optionalDependencies?: Record<string, string>, dev?: boolean, optional?: boolean }} Entry
 * @typedef {Record<string, Entry>} Packages
 */

/**
 * Where Node would find `name` for the package at `from`, among the entries of the lock.
 *
 * @param {Packages} packages
 * @param {string} from
 * @param {string} name
 */
function isResolvable(packages, from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (`${base === '' ? '' : `${base}/`}node_modules/${name}` in packages) return true;
    if (base === '') return false;
  }
}

/**
 * The platform in a package's name, such as `@next/swc-darwin-arm64`.
 *
 * @param {string} name
 */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return { ...(cpu ? { cpu: [cpu] } : {}), ...(os ? { os: [os] } : {}), ...(libc ? { libc: [libc] } : {}) };
}

/**
 * Adds the entries that are missing.
 *
 * @param {Packages} packages
 * @returns {number} How many.
 */
function addMissing(packages) {
  let added = 0;
  for (const [from, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      // Only an exact version can be named without asking the registry.
      if (!/^\d+\.\d+\.\d+$/.test(version) || isResolvable(packages, from, name)) continue;
      const dev = entry.dev ? { dev: true } : {};
      packages[`node_modules/${name}`] = { version, ...platformOf(name), ...dev, optional: true };
      added += 1;
    }
  }
  return added;
}

/**
 * What the registry says of a version.
 *
 * @param {string} name
 * @param {string} version
 * @returns {Promise<Facts>}
 */
async function factsOf(name, version) {
  const fields = ['dist.integrity', 'license', 'engines', 'os', 'cpu', 'libc'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const asked = startProgram(npm, ['view', '--json', `${name}@${version}`, ...fields]);
  const { 'dist.integrity': integrity, ...facts } = JSON.parse(
    await finish(asked, `The registry does not know ${name}@${version}.`),
  );
  return { integrity, ...facts };
}

/**
 * Members as npm orders them, which rewrites the file otherwise: by name, and objects behind the others.
 *
 * @param {object} members
 */
function inOrder(members) {
  const rank = (/** @type {[string, unknown]} */ [name, value]) =>
    `${typeof value === 'object' && !Array.isArray(value) ? 1 : 0}${name}`;
  return Object.fromEntries(Object.entries(members).sort((a, b) => (rank(a) < rank(b) ? -1 : 1)));
}

/**
 * Fills what is missing in entries without a digest.
 *
 * @param {Packages} packages
 * @returns {Promise<number>} How many.
 */
async function addDigests(packages) {
  const bare = Object.entries(packages).filter(([place, { integrity }]) => place !== '' && integrity === undefined);
  for (const [place, { version, ...entry }] of bare) {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const { integrity, ...facts } = await factsOf(name, version);
    if (integrity === undefined) throw new Error(`The registry has no digest of ${name}@${version}.`);
    packages[place] = { version, integrity, ...inOrder({ ...entry, ...facts }) };
  }
  return bare.length;
}

await runScript(async () => {
  const file = path.join(ROOT, 'package-lock.json');
  /** @type {{ packages: Packages }} */
  const lock = JSON.parse(await readFile(file, 'utf8'));
  const added = addMissing(lock.packages);
  const filled = await addDigests(lock.packages);
  // The root package is named '', which is before everything else.
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${added} packages of other platforms added, ${filled} digests filled in.`);
});
