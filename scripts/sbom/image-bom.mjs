// @ts-check
// What an image is made of, as CycloneDX 1.6. By evidence: packages that lie in its folder, and those whose code the source
// maps of the build and the bundler of the commands name. What Next itself brings compiled in is part of `next`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { filesBelow } from '../image/tree.mjs';
import { ROOT } from '../processes.mjs';
import { isAllowed } from './licences.mjs';

/**
 * @typedef {object} Package
 * @property {string} name
 * @property {string} version
 * @property {string} [license] As SPDX has it.
 * @typedef {{ dependencies?: Record<string, string>, integrity?: string }} LockEntry
 * @typedef {{ type: string, 'bom-ref': string, name: string, version: string, purl: string, licenses: object[], hashes: object[] }} Component
 * @typedef {{ ref: string, dependsOn: string[] }} Dependency
 * @typedef {{ bomFormat: string, specVersion: string, version: number, metadata: object, components: Component[], dependencies: Dependency[] }} Bom
 */

/** The folder of the innermost package that a file is in. */
const PACKAGE_FOLDER = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/|$)/;

/**
 * Two images of the same packages have the same list, to the byte: it names neither a time nor a number of its own.
 *
 * @param {string} folder Of the image.
 * @param {readonly string[]} commandInputs Files in the bundled commands, relative to the project.
 * @returns {Promise<Bom>}
 */
export async function imageBom(folder, commandInputs) {
  const files = [...(await filesIn(folder)), ...(await filesOfMaps()), ...commandInputs];
  const folders = new Set(files.flatMap((file) => PACKAGE_FOLDER.exec(file)?.[0] ?? []));
  /** @type {{ packages: Record<string, LockEntry> }} */
  const { packages: lock } = JSON.parse(await readFile(path.join(ROOT, 'package-lock.json'), 'utf8'));
  // Sources of a package may lie in a `node_modules` of its author's, which is none of ours.
  const places = [...folders].filter((place) => place in lock).sort();
  const found = await Promise.all(places.map(async (place) => ({ place, own: await readPackage(place) })));
  const refused = found.filter(({ own }) => !isAllowed(own.license));
  if (refused.length > 0) {
    const names = refused.map(({ own }) => `${own.name} (${own.license ?? 'states none'})`);
    throw new Failure(
      `Not to be in an image because of their licence: ${names.join(', ')}. See scripts/sbom/licences.mjs.`,
    );
  }
  const own = await readPackage('');
  const refs = new Map(found.map(({ place, own: { name, version } }) => [place, purlOf(name, version)]));
  /** @type {Map<string, Component>} */
  const components = new Map();
  /** @type {Map<string, Set<string>>} */
  const dependencies = new Map();
  // The same version may lie in several places.
  for (const { place, own } of found) {
    const component = componentOf(own, lock[place] ?? {});
    const ref = component['bom-ref'];
    components.set(ref, component);
    const among = dependencies.get(ref) ?? new Set();
    for (const name of Object.keys(lock[place]?.dependencies ?? {})) {
      const other = lookUp(refs, place, name);
      if (other !== null) among.add(other);
    }
    dependencies.set(ref, among);
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': own.name, name: own.name, version: own.version } },
    components: [...components.values()],
    dependencies: [...dependencies].map(([ref, among]) => ({ ref, dependsOn: [...among] })),
  };
}

/**
 * What Node finds under a name for the package at `from`; null when it is not in the image.
 *
 * @param {ReadonlyMap<string, string>} refs By place.
 * @param {string} from
 * @param {string} name
 */
function lookUp(refs, from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const ref = refs.get(`${base === '' ? '' : `${base}/`}node_modules/${name}`);
    if (ref !== undefined || base === '') return ref ?? null;
  }
}

/** @param {string} name @param {string} version */
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** @param {Package} own @param {LockEntry} entry @returns {Component} */
function componentOf({ name, version, license }, { integrity }) {
  const purl = purlOf(name, version);
  const isOne = /^[\w.-]+$/.test(license ?? '');
  const [, digest = ''] = /^sha512-(.+)$/.exec(integrity ?? '') ?? [];
  const content = Buffer.from(digest, 'base64').toString('hex');
  return {
    ...{ type: 'library', 'bom-ref': purl, name, version, purl },
    licenses: [isOne ? { license: { id: license } } : { expression: license }],
    hashes: content === '' ? [] : [{ alg: 'SHA-512', content }],
  };
}

/** @param {string} place A folder of the project. @returns {Promise<Package>} */
async function readPackage(place) {
  return JSON.parse(await readFile(path.join(ROOT, place, 'package.json'), 'utf8'));
}

/** Files of an image that are of a package, relative to it. @param {string} folder */
async function filesIn(folder) {
  const entries = (await filesBelow(folder)).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => relative(folder, path.join(parentPath, name)));
}

/** The files that the build put into its chunks, relative to the project. */
async function filesOfMaps() {
  const build = path.join(ROOT, '.next/server');
  const maps = (await filesBelow(build)).filter((entry) => entry.isFile() && entry.name.endsWith('.js.map'));
  const files = await Promise.all(
    maps.map(async ({ parentPath, name }) => {
      /** @type {{ sources?: string[], sections?: { map: { sources: string[] } }[] }} */
      const map = JSON.parse(await readFile(path.join(parentPath, name), 'utf8'));
      const sources = [...(map.sources ?? []), ...(map.sections ?? []).flatMap((section) => section.map.sources)];
      return sources.map((source) => relative(ROOT, path.resolve(parentPath, decodeURIComponent(source))));
    }),
  );
  return files.flat();
}

/** @param {string} from @param {string} to */
const relative = (from, to) => path.relative(from, to).replaceAll('\\', '/');
