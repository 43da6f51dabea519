// @ts-check
// Whether a stage ran all that it has: a test that does not run proves nothing, and nobody misses it.
import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Part Projects of vitest.config.ts that together run every test file of some folders.
 * @property {readonly string[]} projects
 * @property {readonly string[]} folders Of the repository.
 */

/** Whatever a runner, by its own defaults or ours, could take for a test file. */
const TEST_FILE = /\.(?:test|spec)\.[cm]?[jt]sx?$/;

/**
 * The test files below a folder, relative to `root`, with slashes. A test file is below itself.
 *
 * @param {string} root
 * @param {string} folder
 */
export function testFilesBelow(root, folder) {
  if (TEST_FILE.test(folder)) return [folder];
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => TEST_FILE.test(file))
    .map((file) => path.join(folder, file).replaceAll('\\', '/'))
    .sort();
}

/**
 * What should have been run by `parts` and was not, in sentences: a project without a test, and a file without one.
 *
 * @param {readonly Part[]} parts
 * @param {readonly { project: string, file: string }[]} ran One entry a test.
 * @param {(folder: string) => readonly string[]} filesBelow
 * @returns {string[]}
 */
export function absences(parts, ran, filesBelow) {
  return parts.flatMap(({ projects, folders }) => {
    const own = ran.filter(({ project }) => projects.includes(project));
    const empty = projects.filter((name) => !own.some(({ project }) => project === name));
    const files = folders.flatMap(filesBelow).filter((name) => !own.some(({ file }) => file === name));
    return [
      ...empty.map((name) => `the project ${name} ran no test`),
      ...files.map((name) => `${projects.join(', ')} ran no test of ${name}`),
    ];
  });
}

/**
 * What a run comes to. A skipped test counts as failed, and so does each absence, a runner that fails although no test
 * did, and one that found no tests.
 *
 * @param {{ isClean: boolean, passed: number, failed: number, skipped: number, absent: number }} run
 */
export function counted({ isClean, passed, failed, skipped, absent }) {
  return { passed, failed: failed + skipped + absent || (isClean && passed > 0 ? 0 : 1) };
}
