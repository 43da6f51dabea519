// @ts-check
// The folder of an image: Next's own standalone server, cleared of what nothing uses, with the files that browsers fetch, the
// operator's commands, and a list of all packages in it.
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { bundleCommands } from '../ops/bundle.mjs';
import { ROOT } from '../processes.mjs';
import { imageBom } from '../sbom/image-bom.mjs';
import { takeStaticFiles } from './static-files.mjs';
import { filesBelow, sizeOf } from './tree.mjs';
import { linkTwins } from './twins.mjs';

const STANDALONE = path.join(ROOT, '.next/standalone');

/** Next's optimiser of images with its native library, 19 MB under the LGPL: no page of ours has an image to optimise. */
const UNUSED = ['node_modules/sharp', 'node_modules/@img'];

/** Next copies these into the server's folder: secrets of whoever builds. */
const SETTINGS = /^\.env/;

/**
 * Writes the folder, which is emptied first. Everybody may read it, and only its owner may write.
 *
 * @param {string} folder
 * @param {string | null} previous The folder `.next` of the image before; null: there is none.
 * @returns {Promise<{ serverBytes: number, commandBytes: number, packages: number }>}
 */
export async function assembleImage(folder, previous = null) {
  await rm(folder, { recursive: true, force: true });
  await cp(STANDALONE, folder, { recursive: true, verbatimSymlinks: true }).catch((cause) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Failure('There is no standalone build: run `HANDSTAMP_STANDALONE=1 npm run build` first.');
  });
  const settings = (await readdir(folder)).filter((name) => SETTINGS.test(name));
  for (const name of [...UNUSED, ...settings]) await rm(path.join(folder, name), { recursive: true, force: true });
  await linkTwins(path.join(folder, '.next/server/chunks'));
  await takeStaticFiles(folder, previous);
  const serverBytes = await sizeOf(folder);
  const commands = await bundleCommands(path.join(folder, 'ops'));
  const bom = await imageBom(folder, commands.inputs);
  await writeFile(path.join(folder, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
  await setModes(folder);
  return { serverBytes, commandBytes: await sizeOf(path.join(folder, 'ops')), packages: bom.components.length };
}

/** Whoever built may have let nobody else read. @param {string} folder */
async function setModes(folder) {
  await chmod(folder, 0o755);
  for (const entry of await filesBelow(folder)) {
    const place = path.join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) await chmod(place, entry.isDirectory() ? 0o755 : 0o644);
  }
}
