// @ts-check
// Turbopack writes what a route shares with others into a chunk of each route's own: dozens of files that differ in the
// name of their source map alone. As links to one file they take a third of the place, and Node loads their code once.
import { createHash } from 'node:crypto';
import { readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { filesBelow } from './tree.mjs';

/** The maps are not there. */
const MAP = /\n\/\/# sourceMappingURL=\S+\s*$/;

/**
 * Leaves one of each set of equal chunks, and puts links to it in place of the others.
 *
 * @param {string} folder
 */
export async function linkTwins(folder) {
  /** @type {Map<string, string>} */
  const firsts = new Map();
  const scripts = (await filesBelow(folder)).filter((entry) => entry.isFile() && entry.name.endsWith('.js'));
  for (const place of scripts.map(({ parentPath, name }) => path.join(parentPath, name)).sort()) {
    const code = (await readFile(place, 'utf8')).replace(MAP, '\n');
    const hash = createHash('sha256').update(code).digest('hex');
    const first = firsts.get(hash);
    // A chunk finds others by its folder.
    if (first !== undefined && path.dirname(first) === path.dirname(place)) {
      await unlink(place);
      await symlink(path.basename(first), place);
    } else {
      firsts.set(hash, place);
      await writeFile(place, code);
    }
  }
}
