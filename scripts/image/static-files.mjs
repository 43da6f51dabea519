// @ts-check
// What browsers fetch: scripts, styles and fonts, under names that are hashes. A page that the release before made asks for
// its own files for as long as it is open, also when the last instance of that release is gone.
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../processes.mjs';
import { filesBelow } from './tree.mjs';

/** Names what this build made, so that the next image takes that along and not what this one took itself. */
const LIST = '.next/static-files.json';

/**
 * Puts the files of this build into `folder`, and those that the image before made.
 *
 * @param {string} folder
 * @param {string | null} previous Its folder `.next`.
 */
export async function takeStaticFiles(folder, previous) {
  const source = path.join(ROOT, '.next/static');
  const target = path.join(folder, '.next/static');
  await cp(source, target, { recursive: true });
  const files = (await filesBelow(source)).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) =>
    path.relative(source, path.join(parentPath, name)).replaceAll('\\', '/'),
  );
  await writeFile(path.join(folder, LIST), `${JSON.stringify(names.sort())}\n`);
  if (previous === null) return;
  for (const name of await namesIn(previous)) {
    const isOwn = names.includes(name);
    if (!isOwn) await cp(path.join(previous, 'static', name), path.join(target, name));
  }
}

/** @param {string} previous @returns {Promise<string[]>} Empty where the image before has no such list. */
async function namesIn(previous) {
  const text = await readFile(path.join(previous, path.basename(LIST)), 'utf8').catch(() => '[]');
  return JSON.parse(text);
}
