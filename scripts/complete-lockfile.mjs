// @ts-check
// `npm run lock:complete`: a registry mirror may lack the packages of other platforms. npm then leaves them out of the
// lock, and `npm ci` refuses that lock everywhere. This names each missing one with its version and platform.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './processes.mjs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/**
 * @typedef {{ optionalDependencies?: Record<string, string>, dev?: boolean, [member: string]: unknown }} Entry
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

const file = path.join(ROOT, 'package-lock.json');
/** @type {{ packages: Packages }} */
const lock = JSON.parse(await readFile(file, 'utf8'));
let added = 0;
for (const [from, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    // Only an exact version can be named without asking the registry.
    if (!/^\d+\.\d+\.\d+$/.test(version) || isResolvable(lock.packages, from, name)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    added += 1;
  }
}
// The root package is named '', which is before everything else.
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added to package-lock.json.`);
